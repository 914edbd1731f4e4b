;; ref.null, ref.func, ref.is_null and ref.as_non_null: a reference can't be recorded, whether it is null
;; can.
;; run: is_null(null) == 1
;; run: made(0) == 0
;; run: made(1) == 1
;; run: as_non_null(0) == 5
;; run: as_non_null(1) == trap NullReference
;; request: 0 max entry 1 @1
;; request: 0 min entry 2
(module (elem declare func $is_null)
  (func $is_null (export "is_null") (param funcref) (result i32)
    (if (ref.is_null (local.get 0)) (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "made") (param i32) (result i32) (local funcref)
    (if (i32.eqz (local.get 0)) (then (local.set 1 (ref.func $is_null))))
    (call $is_null (local.get 1)))
  (func (export "as_non_null") (param i32) (result i32) (local funcref)
    (if (i32.eqz (local.get 0)) (then (local.set 1 (ref.func $is_null))))
    (drop (ref.as_non_null (local.get 1)))
    i32.const 5))
