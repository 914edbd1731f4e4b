;; The element, its type and the bounds are tested in the call. What the callee returns decides.
;;
;; get, get, call_indirect: 3, and `$double` get, get, add: 3, end; if, nop, const, `else`, end.
;; By unit: 3 + 4 + 5. By wasmtime: entry, 3, entry, 3, if, const.
;; run: call(5, 0) == 1
;; fuel: 12 (unit)
;; fuel: 10 (wasmtime)
;; run: call(0, 0) == 0
;; run: call(7, 1) == 0
;; Another type, no element, outside: the call is charged.
;; run: call(5, 2) == trap BadSignature
;; fuel: 3 (unit)
;; fuel: 4 (wasmtime)
;; run: call(5, 3) == trap IndirectCallToNull
;; fuel: 3 (unit)
;; fuel: 4 (wasmtime)
;; run: call(5, 4) == trap TableOutOfBounds
;; fuel: 3 (unit)
;; run: call(5, -1) == trap TableOutOfBounds
;;
;; Control goes on behind the call, which made operator 2's result.
;; request: 0 max entry 1; resume 1 @2
;; request: 0 min entry 1; resume 2
;; request: 0 chosen entry 1; resume 2
(module
  (type $unary (func (param i32) (result i32)))
  (table 4 funcref)
  (elem (i32.const 0) $double $less $other)
  (func (export "call") (param i32 i32) (result i32)
    (if (result i32) (call_indirect (type $unary) (local.get 0) (local.get 1))
      (then nop (i32.const 1)) (else (i32.const 0))))
  (func $double (type $unary) (i32.add (local.get 0) (local.get 0)))
  (func $less (type $unary) (i32.sub (local.get 0) (i32.const 7)))
  (func $other (param i64) (result i32) (i32.const 1)))
