;; Narrow atomic operators, on either type: only their bytes change, and what they give back has no sign.
;;
;; Each test that holds is a round.
;; run: narrow32() == 5
;; run: narrow64() == 6
(module (memory 1 1 shared)
  (func (export "narrow32") (result i32) (local i32 i32)
    (i32.atomic.store (i32.const 0) (i32.const -1))
    (i32.atomic.store8 (i32.const 0) (i32.const 0x180))
    (i32.atomic.store16 (i32.const 2) (i32.const 0x17fff))
    (i32.add
      (i32.eq (i32.atomic.load (i32.const 0)) (i32.const 0x7fffff80))
      (i32.eq (i32.atomic.load8_u (i32.const 0)) (i32.const 0x80)))
    (i32.add (i32.eq (i32.atomic.rmw16.sub_u (i32.const 2) (i32.const 1)) (i32.const 0x7fff)))
    (i32.add (i32.eq (i32.atomic.rmw8.xor_u (i32.const 0) (i32.const 0xff)) (i32.const 0x80)))
    (i32.add (i32.eq (i32.atomic.load (i32.const 0)) (i32.const 0x7ffeff7f)))
    (local.set 0 (local.tee 1))
    (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    local.get 1)
  (func (export "narrow64") (result i32) (local i32 i32)
    (i64.atomic.store (i32.const 0) (i64.const -1))
    (i64.atomic.store32 (i32.const 0) (i64.const 0x180000000))
    (i64.eq (i64.atomic.load (i32.const 0)) (i64.const 0xffffffff80000000))
    (i32.add (i64.eq (i64.atomic.load32_u (i32.const 0)) (i64.const 0x80000000)))
    (i32.add (i64.eq
      (i64.atomic.rmw32.add_u (i32.const 0) (i64.const 0x80000001)) (i64.const 0x80000000)))
    (i32.add (i64.eq (i64.atomic.rmw16.or_u (i32.const 0) (i64.const 6)) (i64.const 1)))
    (i32.add (i64.eq (i64.atomic.rmw8.xchg_u (i32.const 0) (i64.const 9)) (i64.const 7)))
    (i32.add (i64.eq
      (i64.atomic.rmw32.cmpxchg_u (i32.const 0) (i64.const 9) (i64.const 0)) (i64.const 9)))
    (local.set 0 (local.tee 1))
    (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    local.get 1))
