;; Elements of tables cost 1 each in Wasmtime 48 when they are filled and grown; growing that fails
;; is paid for too, and pages of memory are free.
;;
;; To grow takes ref.null local.get table.grow end, by wasmtime the entry, 3 and the elements asked
;; for. To fill takes i32.const ref.null local.get table.fill end, by wasmtime the entry, 4 and the
;; elements.
;; run: grow(5) == 10
;; fuel: 4 (unit)
;; fuel: 9 (wasmtime)
;; fuel: 4 (wasmtime-45)
;; run: grow(100) == -1
;; fuel: 4 (unit)
;; fuel: 104 (wasmtime)
;; run: fill(5) == ()
;; fuel: 5 (unit)
;; fuel: 10 (wasmtime)
;; run: fill(11) == trap TableOutOfBounds
;; fuel: 4 (unit)
;; fuel: 16 (wasmtime)
(module (table 10 20 funcref)
  (func (export "grow") (param i32) (result i32)
    (table.grow (ref.null func) (local.get 0)))
  (func (export "fill") (param i32)
    (table.fill (i32.const 0) (ref.null func) (local.get 0))))
