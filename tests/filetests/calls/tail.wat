;; Tail calls: the callee's entry is charged, the caller's end isn't.
;;
;; `$sum`: get, eqz, if, get, const, sub, get, get, add, return_call: 10 where it goes on; at the end
;; get, eqz, if, get, return: 5, of which return is free.
;; By unit 10 n + 5, by wasmtime 11 n + 1 + 4; and for `f` get, const, return_call: 3 and 4.
;; run: f(4) == 10
;; fuel: 48 (unit)
;; fuel: 53 (wasmtime)
;; run: f(10000) == 50005000
;; run: indirect(3, 0) == 6
;; run: indirect(3, 1) == trap BadSignature
;; fuel: 4 (unit)
;; fuel: 5 (wasmtime)
;; run: indirect(3, 2) == trap IndirectCallToNull
;; run: by_reference(0) == trap NullReference
;; run: by_reference(1) == 1
;;
;; The tail call ends the path, as the return does.
;; request: 1 max entry 1 p0
;; request: 1 min entry 2
(module
  (type $binary (func (param i32 i32) (result i32)))
  (table 3 funcref)
  (elem (i32.const 0) $sum $f)
  (func $f (export "f") (param i32) (result i32)
    (return_call $sum (local.get 0) (i32.const 0)))
  (func $sum (type $binary)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (return_call $sum
      (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 1) (local.get 0))))
  (func (export "indirect") (param i32 i32) (result i32)
    (return_call_indirect (type $binary) (local.get 0) (i32.const 0) (local.get 1)))
  (func (export "by_reference") (param i32) (result i32) (local (ref null $binary))
    (if (local.get 0) (then (local.set 1 (ref.func $sum))))
    (return_call_ref $binary (local.get 0) (i32.const 0) (local.get 1))))
