;; Nests that only a trap ends: where they start is known, and that they trapped. What ran of them is
;; an interval: at most as much as the program had time for. For 16 there are four rounds of 13
;; operators, and loop, both `end`s and the last local.get.
;; slices: max, chosen
;; run: f(3) == trap MemoryOutOfBounds
;; run: f(16) == 0
;; fuel: 56 (unit)
;; A closed form says that 2^61 rounds are due.
;; run: g(0x7fffffffffffffff) == trap MemoryOutOfBounds
;; request: f max entry 1; nest@0 p0
;; request: f chosen entry 1; nest@0 p0
;; request: g chosen entry 1; nest@0 p0
(module (memory 1)
  (func (export "f") (param $end i32) (result i32) (local $i i32) (local $sum i32)
    (loop
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 4)))
      (br_if 0 (i32.ne (local.get $i) (local.get $end))))
    local.get $sum)
  (func (export "g") (param $end i64) (result i32) (local $i i64) (local $sum i32)
    (loop
      (local.set $sum (i32.add (local.get $sum) (i32.load (i32.wrap_i64 (local.get $i)))))
      (local.set $i (i64.add (local.get $i) (i64.const 4)))
      (br_if 0 (i64.lt_u (local.get $i) (local.get $end))))
    local.get $sum))
