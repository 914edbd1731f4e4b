;; Loops that stop because the counter wraps around: a trip count that forgets it is wrong.
;;
;; 11 operators a round; by unit also loop end local.get end, by wasmtime the entry and local.get.
;; Up by 7 while above 10: -9, -2, 5 are, as unsigned numbers, two large ones and a small one.
;; run: up(-16, 10) == 3
;; fuel: 37 (unit)
;; fuel: 35 (wasmtime)
;; run: up(0, 10) == 1
;; fuel: 15 (unit)
;; Down by 3 while below 10: from 5 to 2 and -1, from 9 to 6, 3, 0 and -3.
;; run: down(5, 10) == 2
;; fuel: 26 (unit)
;; run: down(9, 10) == 4
;; fuel: 48 (unit)
;; fuel: 46 (wasmtime)
;; Up by 5 while positive, past the largest signed number: 2147483645, then below zero.
;; run: signed(2147483640) == 2
;; fuel: 26 (unit)
;; fuel: 24 (wasmtime)
;; run: signed(-10) == 1
;; request: up chosen entry 1; nest@0 p0 p1
;; request: down max entry 1; nest@0 p0 p1
;; request: signed chosen entry 1; nest@0 p0
(module
  (func (export "up") (param $i i32) (param $bound i32) (result i32) (local $rounds i32)
    (loop
      (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
      (br_if 0 (i32.gt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 7))) (local.get $bound))))
    local.get $rounds)
  (func (export "down") (param $i i32) (param $bound i32) (result i32) (local $rounds i32)
    (loop
      (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
      (br_if 0 (i32.lt_u
        (local.tee $i (i32.sub (local.get $i) (i32.const 3))) (local.get $bound))))
    local.get $rounds)
  (func (export "signed") (param $i i32) (result i32) (local $rounds i32)
    (loop
      (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
      (br_if 0 (i32.gt_s
        (local.tee $i (i32.add (local.get $i) (i32.const 5))) (i32.const 0))))
    local.get $rounds))
