;; The ways a vector comes from a memory and goes there: whole, splat, extended, padded with zeros, and
;; by the lane. The number of lanes that are not 0 is the number of rounds.
;; heap: <bytes> size=16, data="\01\02\03\04\05\06\07\08\09\0a\0b\0c\0d\0e\0f\10"
;; run: lanes(<bytes>, 0) == 16
;; run: lanes(<bytes>, 1) == 16
;; 8 bytes are 8 lanes of 16 bits, of which the high halves are 0.
;; run: lanes(<bytes>, 2) == 8
;; run: lanes(<bytes>, 3) == 4
;; run: lanes(<bytes>, 4) == 1
;; The last 8 bytes of the page can be extended, a whole vector is too long.
;; run: lanes(65528, 2) == 0
;; run: lanes(65528, 0) == trap MemoryOutOfBounds
;; run: stored(5) == 5
(module (memory 1)
  (func (export "lanes") (param i32 i32) (result i32) (local v128 i32)
    (block (block (block (block (block (block
      (br_table 0 1 2 3 4 (local.get 1)))
      (local.set 2 (v128.load (local.get 0))) (br 4))
      (local.set 2 (v128.load8_splat (local.get 0))) (br 3))
      (local.set 2 (v128.load8x8_u (local.get 0))) (br 2))
      (local.set 2 (v128.load32_zero (local.get 0))) (br 1))
      (local.set 2 (v128.load8_lane 5 (local.get 0) (local.get 2))))
    (local.set 0 (i8x16.bitmask
      (i8x16.ne (local.get 2) (v128.const i64x2 0 0))))
    ;; The lowest bit that is set goes away in each round.
    (block (loop
      (br_if 1 (i32.eqz (local.get 0)))
      (local.set 0 (i32.and (local.get 0) (i32.sub (local.get 0) (i32.const 1))))
      (local.set 3 (i32.add (local.get 3) (i32.const 1)))
      (br 0)))
    local.get 3)
  (func (export "stored") (param i32) (result i32) (local i32)
    (v128.store (i32.const 32) (i32x4.splat (local.get 0)))
    (v128.store16_lane 2 (i32.const 80) (v128.load (i32.const 32)))
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 1) (i32.load (i32.const 80)))))
    local.get 1))
