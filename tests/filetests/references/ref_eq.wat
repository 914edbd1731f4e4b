;; ref.eq compares identity: the same object, not an equal one. Small integers are themselves.
;; run: same_object(0) == 0
;; run: same_object(1) == 1
;; run: same_i31(7, 7) == 1
;; run: same_i31(7, 8) == 0
;; Only 31 bits are kept.
;; run: same_i31(0x80000000, 0) == 1
;; run: nulls() == 1
;; 0 get, 1 ref.i31, 2 get, 3 ref.i31, 4 ref.eq, 5 if
;; request: 1 max entry 1 @4
(module
  (type $empty (struct))
  (func (export "same_object") (param i32) (result i32) (local (ref null $empty) (ref null $empty))
    (local.set 1 (struct.new $empty))
    (local.set 2 (struct.new $empty))
    (if (local.get 0) (then (local.set 2 (local.get 1))))
    (if (ref.eq (local.get 1) (local.get 2)) (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "same_i31") (param i32 i32) (result i32)
    (if (ref.eq (ref.i31 (local.get 0)) (ref.i31 (local.get 1)))
      (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "nulls") (result i32)
    (if (ref.eq (ref.null eq) (ref.null $empty)) (then nop (return (i32.const 1))))
    i32.const 0))
