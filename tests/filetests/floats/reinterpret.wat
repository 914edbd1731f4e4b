;; Bits as they are. A float that comes from integer bits is computed again; the bits of a float are
;; recorded where they are read, because a NaN may have others in another engine.
;;
;; 0x3f800000 is 1.
;; run: from_bits(0x3f800000) == 1
;; run: from_bits(0x7fc00000) == 0
;; run: to_bits(1) == 0
;; run: to_bits(-0) == 1
;; run: to_bits(-inf) == 1
;; run: wide(0x4000000000000000) == 2
;; request: 0 max entry 1 p0
;; request: 1 max entry 1 @1
;; request: 1 min entry 2
(module
  (func (export "from_bits") (param i32) (result i32)
    (if (f32.gt (f32.reinterpret_i32 (local.get 0)) (f32.const 0.5))
      (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "to_bits") (param f32) (result i32)
    (if (i32.lt_s (i32.reinterpret_f32 (local.get 0)) (i32.const 0))
      (then nop (return (i32.const 1))))
    i32.const 0)
  ;; 2 as bits, and back again.
  (func (export "wide") (param i64) (result i32) (local f64 i32)
    (local.set 1 (f64.reinterpret_i64 (local.get 0)))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i64.ne
        (i64.reinterpret_f64 (local.tee 1 (f64.sub (local.get 1) (f64.const 1))))
        (i64.const 0))))
    local.get 2))
