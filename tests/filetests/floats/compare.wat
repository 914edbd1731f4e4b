;; eq ne lt gt le ge as binary digits behind a one: so many rounds. Of a NaN nothing holds but `ne`;
;; the two zeros are equal.
;; run: f32(nan, nan) == 80
;; run: f32(1, 2) == 90
;; run: f32(-0, 0) == 99
;; run: f32(inf, 1) == 85
;; run: f64(nan, 1) == 80
;; run: f64(-inf, 2) == 90
;; run: f64(0, -0) == 99
;;
;; The number of rounds is one word. Its sources are two words in f32 and four in f64.
;; request: 1 max entry 1; nest@39 p0 p1
;; request: 1 chosen entry 1; nest@39 @36
(module
  (func (export "f32") (param f32 f32) (result i32) (local i32 i32)
    i32.const 1
    (i32.or (i32.shl (i32.const 1)) (f32.eq (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (f32.ne (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (f32.lt (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (f32.gt (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (f32.le (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (f32.ge (local.get 0) (local.get 1)))
    (local.set 2 (local.tee 3))
    (loop (br_if 0 (local.tee 2 (i32.sub (local.get 2) (i32.const 1)))))
    local.get 3)
  ;; A constant and six times six operators: the last `or` is number 36.
  (func (export "f64") (param f64 f64) (result i32) (local i32 i32)
    i32.const 1
    (i32.or (i32.shl (i32.const 1)) (f64.eq (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (f64.ne (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (f64.lt (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (f64.gt (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (f64.le (local.get 0) (local.get 1)))
    (i32.or (i32.shl (i32.const 1)) (f64.ge (local.get 0) (local.get 1)))
    (local.set 2 (local.tee 3))
    (loop (br_if 0 (local.tee 2 (i32.sub (local.get 2) (i32.const 1)))))
    local.get 3))
