;; A bulk operator's bytes: a site. They cost 1 each in Wasmtime 48 and nothing in 45 and by unit.
;;
;; Five operators, all but `end` at a price in Wasmtime, and its entry. What traps was asked for
;; too.
;; run: fill(100) == ()
;; fuel: 5 (unit)
;; fuel: 5 (wasmtime-45)
;; fuel: 105 (wasmtime-48)
;; fuel: 105 (wasmtime)
;; run: fill(0) == ()
;; fuel: 5 (wasmtime)
;; run: fill(65537) == trap MemoryOutOfBounds
;; fuel: 4 (unit)
;; fuel: 5 (wasmtime-45)
;; fuel: 65542 (wasmtime)
;; request: fill max entry 1
;; check: plan fill
;; check: slices fill
(module (memory 1) (func (export "fill") (param i32)
  (memory.fill (i32.const 0) (i32.const 7) (local.get 0))))
