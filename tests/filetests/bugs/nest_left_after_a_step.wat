;; Both ways out of the loop lead to one place: the header passes the counter as the round began, the
;; other test the counter one further. Behind the loop a max slice must not take one for the other.
;;
;; Stopped in the third round it is 49 by unit: block loop, 2 rounds of 13 and 12 of the third, 4 up to
;; the if, nop nop end, local.get end.
;; run: f(3) == 3
;; fuel: 49 (unit)
;; run: f(-1) == 5
(module (func (export "f") (param $stop i32) (result i32) (local $i i32)
  (block $out
    (loop $again
      (br_if $out (i32.eq (local.get $i) (i32.const 5)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $out (i32.eq (local.get $i) (local.get $stop)))
      (br $again)))
  (if (i32.eq (local.get $i) (i32.const 3)) (then nop nop))
  local.get $i))
