;; Globals of every type, written and then tested: each test that holds is a binary digit.
;; run: f(1) == 31
;; run: f(0) == 0
;; run: f(-1) == 27
;; run: untouched() == 6
(module
  (global $i32 (mut i32) (i32.const 0))
  (global $i64 (mut i64) (i64.const 0))
  (global $f32 (mut f32) (f32.const 0))
  (global $f64 (mut f64) (f64.const 0))
  (global $v128 (mut v128) (v128.const i64x2 0 0))
  (global $reference (mut funcref) (ref.null func))
  (elem declare func $f)
  (func $f (export "f") (param i32) (result i32) (local $n i32)
    (global.set $i32 (local.get 0))
    (global.set $i64 (i64.extend_i32_s (local.get 0)))
    (global.set $f32 (f32.convert_i32_s (local.get 0)))
    (global.set $f64 (f64.convert_i32_s (local.get 0)))
    (global.set $v128 (i32x4.splat (local.get 0)))
    (if (global.get $i32) (then (local.set $n (i32.const 16))))
    (if (i64.ne (global.get $i64) (i64.const 0))
      (then (local.set $n (i32.or (local.get $n) (i32.const 8)))))
    (if (f32.gt (global.get $f32) (f32.const 0))
      (then (local.set $n (i32.or (local.get $n) (i32.const 4)))))
    (if (f64.ne (global.get $f64) (f64.const 0))
      (then (local.set $n (i32.or (local.get $n) (i32.const 2)))))
    (if (v128.any_true (global.get $v128))
      (then (local.set $n (i32.or (local.get $n) (i32.const 1)))))
    local.get $n)
  (func (export "untouched") (result i32)
    (if (ref.is_null (global.get $reference))
      (then
        (global.set $reference (ref.func $f))
        (if (i32.eqz (ref.is_null (global.get $reference))) (then (return (i32.const 6))))
        (return (i32.const 5))))
    i32.const 4))
