;; The longer leg until the root of the squares is long enough, in 32 bits: sqrt, sub, max and min.
;;
;; 3 and 4 make 5; 3 and 3 about 4.2.
;; run: legs(3, 5) == 4
;; run: legs(4, 5) == 3
;; Already long enough: the first one.
;; run: legs(9, 5) == 1
;; run: legs(nan, 5) == 1
;; run: clamped(7) == 3
;; run: clamped(-7) == 1
;; run: clamped(2) == 2
(module
  (func (export "legs") (param f32 f32) (result i32) (local f32 i32)
    (loop
      (local.set 3 (i32.add (local.get 3) (i32.const 1)))
      (local.set 2 (f32.add (local.get 2) (f32.const 1)))
      (br_if 0 (f32.gt
        (f32.sub (local.get 1)
          (f32.sqrt (f32.add
            (f32.mul (local.get 0) (local.get 0)) (f32.mul (local.get 2) (local.get 2)))))
        (f32.const 0))))
    local.get 3)
  ;; Between 1 and 3.
  (func (export "clamped") (param f64) (result i32) (local i32 f64)
    (local.set 2 (f64.max (f64.const 1) (f64.min (f64.const 3) (local.get 0))))
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (f64.lt (f64.convert_i32_s (local.get 1)) (local.get 2))))
    local.get 1))
