;; The sign of a NaN that an operator makes differs between engines; `abs` and `neg` make it certain, but
;; not for an engine that computes again with another NaN. What shows it is recorded instead.
;; run: negative(nan) == 1
;; run: negative(1) == 1
;; run: negative(-1) == 1
;; run: flipped(0) == 1
;; 0 get, 1 abs, 2 neg, 3 reinterpret, 4 const, 5 lt_s, 6 if
;; request: 0 max entry 1 @3
;; request: 0 min entry 2
(module
  (func (export "negative") (param f32) (result i32)
    (if (i32.lt_s (i32.reinterpret_f32 (f32.neg (f32.abs (local.get 0)))) (i32.const 0))
      (then nop (return (i32.const 1))))
    i32.const 0)
  ;; A NaN of a division and the same one negated have different signs, whatever they are.
  (func (export "flipped") (param f64) (result i32)
    (local.set 0 (f64.div (local.get 0) (local.get 0)))
    (if (i64.lt_s
        (i64.xor
          (i64.reinterpret_f64 (local.get 0)) (i64.reinterpret_f64 (f64.neg (local.get 0))))
        (i64.const 0))
      (then nop (return (i32.const 1))))
    i32.const 0))
