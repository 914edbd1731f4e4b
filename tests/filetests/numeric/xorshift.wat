;; Random numbers after G. Marsaglia: rounds until the bits of a mask are as asked for.
;;
;; From 1 comes 270369, from that 67634689 and 2647435461: 3 rounds to 101 at the end.
;; run: until(1, 7, 5) == 3
;; run: until(1, 1, 1) == 1
;; run: until(1, 0, 0) == 1
;;
;; Everything follows from the parameters, but three words and 12 values in each of 10 rounds are dearer
;; than 10 outcomes: 16 + 48 + 120 against 160.
;; request: 0 max entry 1; nest@0 p0 p1 p2
;; request: 0 min entry 1; header 2
;; request: 0 chosen entry 1; header 2
(module (func (export "until") (param i32 i32 i32) (result i32) (local i32)
  (loop
    (local.set 3 (i32.add (local.get 3) (i32.const 1)))
    (local.set 0 (i32.xor (local.get 0) (i32.shl (local.get 0) (i32.const 13))))
    (local.set 0 (i32.xor (local.get 0) (i32.shr_u (local.get 0) (i32.const 17))))
    (local.set 0 (i32.xor (local.get 0) (i32.shl (local.get 0) (i32.const 5))))
    (br_if 0 (i32.ne (i32.and (local.get 0) (local.get 1)) (local.get 2))))
  local.get 3))
