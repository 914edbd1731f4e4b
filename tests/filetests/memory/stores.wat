;; What stores leave of a value, in every width, and of what stands beside it: counted up to.
;;
;; -1 is there before: 8 bits of 0x1234 leave 0xffffff34, 16 bits 0xffff1234.
;; run: store8(0x1234) == 0x34
;; run: store16(0x1234) == 0x1234
;; run: store16(0x51234) == 0x1234
;; The highest bytes of 1 are 3f f0 as f64, 3f 80 as f32.
;; run: floats(1) == 3
;; run: floats(0) == 0
(module (memory 1)
  (func (export "store8") (param i32) (result i32) (local i32)
    (i32.store (i32.const 0) (i32.const -1))
    (i32.store8 (i32.const 0) (local.get 0))
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.ne (i32.add (local.get 1) (i32.const 0xffffff00)) (i32.load (i32.const 0)))))
    local.get 1)
  (func (export "store16") (param i32) (result i32) (local i32)
    (i32.store (i32.const 0) (i32.const -1))
    (i32.store16 (i32.const 0) (local.get 0))
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i64.ne
        (i64.extend_i32_u (local.get 1)) (i64.load16_u (i32.const 0)))))
    local.get 1)
  (func (export "floats") (param f64) (result i32) (local i32)
    (f64.store (i32.const 0) (local.get 0))
    (f32.store (i32.const 8) (f32.demote_f64 (local.get 0)))
    (if (i32.eq (i32.load16_u (i32.const 6)) (i32.const 0x3ff0))
      (then (local.set 1 (i32.const 1))))
    (if (i32.eq (i32.load16_u (i32.const 10)) (i32.const 0x3f80))
      (then nop (local.set 1 (i32.or (local.get 1) (i32.const 2)))))
    local.get 1))
