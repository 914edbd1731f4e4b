;; Loops whose counter runs past the end of the numbers before it meets its bound, in steps of 3 * 2^28.
;; Behind a bound near the end the closed form doesn't hold, and the loop has to be run.
;;
;; In units of 2^28, with signs from -8 to 7: 3 6.
;; run: signed(0x60000000) == 2
;; 3 6 -7 -4 -1 2 5 -8 -5 -2 1 4 7.
;; run: signed(0x70000000) == 13
;; Without signs, from 0: 3 6 9 12 15.
;; run: unsigned(0, 0xf0000000) == 5
;; run: unsigned(0, 0xe0000000) == 5
;; From 1: 4 7 10 13 0 3 6 9 12 15.
;; run: unsigned(0x10000000, 0xf0000000) == 10
;; Inclusive, from 2: 5 8 11 14 1 4 7 10 13 0 3 6 9 12 15.
;; run: inclusive(0x20000000, 0xe0000000) == 15
;; Down, with signs, from 7: 4 1 -2 -5 -8, which is the first that is not above -7.
;; run: down(0x70000000, 0x90000000) == 5
(module
  (func (export "signed") (param i32) (result i32) (local i32 i32)
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i32.lt_s
        (local.tee 1 (i32.add (local.get 1) (i32.const 0x30000000))) (local.get 0))))
    local.get 2)
  (func (export "unsigned") (param i32 i32) (result i32) (local i32)
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i32.lt_u
        (local.tee 0 (i32.add (local.get 0) (i32.const 0x30000000))) (local.get 1))))
    local.get 2)
  (func (export "inclusive") (param i32 i32) (result i32) (local i32)
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i32.le_u
        (local.tee 0 (i32.add (local.get 0) (i32.const 0x30000000))) (local.get 1))))
    local.get 2)
  (func (export "down") (param i32 i32) (result i32) (local i32)
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i32.gt_s
        (local.tee 0 (i32.sub (local.get 0) (i32.const 0x30000000))) (local.get 1))))
    local.get 2))
