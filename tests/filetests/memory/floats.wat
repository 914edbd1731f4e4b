;; Floats go through a memory bit by bit, wherever they lie.
;; heap: <one> size=8, data="\00\00\80\3f"
;; heap: <nan> size=8, data="\00\00\c0\7f"
;; heap: <odd> size=16, data="\00\00\00\00\00\00\00\f0\3f"
;; run: is_one(<one>) == 1
;; run: is_one(<nan>) == 0
;; run: is_wide_one(<odd>) == 1
;; run: is_wide_one(<one>) == 0
;; request: 0 max entry 1 @1
;; request: 1 max entry 1 @1
(module (memory 1)
  (func (export "is_one") (param i32) (result i32)
    (if (f32.eq (f32.load (local.get 0)) (f32.const 1)) (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "is_wide_one") (param i32) (result i32)
    (if (f64.eq (f64.load offset=1 align=1 (local.get 0)) (f64.const 1))
      (then nop (return (i32.const 1))))
    i32.const 0))
