;; Calls of references, to null and to a function, whose result is the number of rounds.
;;
;; The null: get, if, const, get, call_ref: by unit 5, by wasmtime with the entry 6.
;; run: f(0) == trap NullReference
;; fuel: 5 (unit)
;; fuel: 6 (wasmtime)
;; The function: the arm ref.func, set, end: 3; `$half` get, const, shr_u: 3, end; set, then 8 operators
;; in each of 42 rounds and get.
;; By unit: 5 + 3 + 4, set, loop, 336, end, get, end. By wasmtime: entry, 5 + 2, entry, 3, set, 336, get.
;; run: f(1) == 42
;; fuel: 353 (unit)
;; fuel: 350 (wasmtime)
(module
  (type $unary (func (param i32) (result i32)))
  (elem declare func $half)
  (func $half (type $unary) (i32.shr_u (local.get 0) (i32.const 1)))
  (func (export "f") (param i32) (result i32) (local (ref null $unary) i32 i32)
    (if (local.get 0) (then (local.set 1 (ref.func $half))))
    (local.set 2 (call_ref $unary (i32.const 84) (local.get 1)))
    (loop
      (local.set 3 (i32.add (local.get 3) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 3) (local.get 2))))
    local.get 3))
