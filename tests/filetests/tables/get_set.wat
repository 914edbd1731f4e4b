;; Elements are written and tested: whether one is null is a source, what it refers to decides nothing.
;; run: set(1) == 1
;; run: set(0) == 0
;; run: set(3) == trap TableOutOfBounds
;; get, ref.func, table.set: by unit 3, by wasmtime with the entry 4.
;; fuel: 3 (unit)
;; fuel: 4 (wasmtime)
;; run: get(2) == 0
;; run: get(3) == trap TableOutOfBounds
;; fuel: 2 (unit)
;; fuel: 3 (wasmtime)
;; 0 get, 1 table.get, 2 ref.is_null, 3 if
;; request: 1 max entry 1 @2
;; request: 1 min entry 2
(module (table 3 funcref) (elem declare func $set)
  (func $set (export "set") (param i32) (result i32)
    (table.set (local.get 0) (ref.func $set))
    (if (result i32) (ref.is_null (table.get (i32.const 1)))
      (then (i32.const 0)) (else nop (i32.const 1))))
  (func (export "get") (param i32) (result i32)
    (if (result i32) (ref.is_null (table.get (local.get 0)))
      (then (i32.const 0)) (else nop (i32.const 1)))))
