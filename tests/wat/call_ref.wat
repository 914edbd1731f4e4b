;; call_ref and call_indirect, and what they trap with. A call that traps has been paid for: the
;; region ends with it, so the total is exact.
;;
;; `apply_twice n`: twice ref.func, call_ref of `double` (get, const, mul).
;; wasmtime: 1 + get + 2 x (ref.func + call_ref + entry + 3) = 14.
;; unit: get + 2 x (2 + 3 + final end) + final end = 14.
;; run: apply_twice 3 -> 12
;; fuel: wasmtime=14 unit=14
;;
;; `null`: get, ref.null, call_ref. wasmtime 1 + 3. unit 3.
;; run: null 3 -> trap NullReference
;; fuel: wasmtime=4 unit=3
;;
;; `indirect i`: const, get, call_indirect. wasmtime: 1 + 3 + 1 + 3 = 8 for the two that return.
;; unit: 3 + final end + 3 + final end = 8.
;; run: indirect 0 -> 20
;; fuel: wasmtime=8 unit=8
;; run: indirect 1 -> 100
;; fuel: wasmtime=8 unit=8
;; run: indirect 2 -> trap BadSignature
;; fuel: wasmtime=4 unit=3
;; run: indirect 3 -> trap IndirectCallToNull
;; fuel: wasmtime=4 unit=3
;; run: indirect 4 -> trap TableOutOfBounds
;; fuel: wasmtime=4 unit=3
;; run: indirect -1 -> trap TableOutOfBounds
;; fuel: wasmtime=4 unit=3
;;
;; After a trap the instance goes on: the totals of all calls add up.
;; run: indirect 2 -> trap BadSignature
;; then: indirect 0 -> 20
;; then: null 1 -> trap NullReference
;; fuel: wasmtime=16 unit=14
(module
  (type $unary (func (param i32) (result i32)))
  (table 4 funcref)
  (elem (i32.const 0) $double $square $nothing)
  (elem declare func $double)
  (func $double (type $unary)
    local.get 0
    i32.const 2
    i32.mul)
  (func $square (type $unary)
    local.get 0
    local.get 0
    i32.mul)
  (func $nothing)
  (func (export "apply_twice") (param i32) (result i32)
    local.get 0
    ref.func $double
    call_ref $unary
    ref.func $double
    call_ref $unary)
  (func (export "null") (param i32) (result i32)
    local.get 0
    ref.null $unary
    call_ref $unary)
  (func (export "indirect") (param i32) (result i32)
    i32.const 10
    local.get 0
    call_indirect (type $unary)))
