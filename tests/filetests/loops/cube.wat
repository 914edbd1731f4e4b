;; Three loops around each other, n rounds each: one nest, one value.
;;
;; An innermost round is 11 operators. A middle one sets a counter (2), loops, ends, and tests (7):
;; 11 + 11 n by unit, 9 + 11 n by wasmtime. So is an outer one: 11 + 11 n + 11 n² and 9 + 9 n + 11
;; n². All: 4 + 11 n + 11 n² + 11 n³ by unit, 2 + 9 n + 9 n² + 11 n³ by wasmtime.
;; run: f(3) == 27
;; fuel: 433 (unit)
;; fuel: 407 (wasmtime)
;; Tested at the end, so that 0 is as good as 1.
;; run: f(0) == 1
;; fuel: 37 (unit)
;; fuel: 31 (wasmtime)
;; request: f max entry 1; nest@0 p0
;; From the innermost header back to any of the three, or out.
;; request: f min entry 1; header 1; header 1; header 4
;; request: f chosen entry 1; nest@0 p0
;; check: slices f
(module (func (export "f") (param $n i32) (result i32)
  (local $a i32) (local $b i32) (local $c i32) (local $rounds i32)
  (loop
    (local.set $b (i32.const 0))
    (loop
      (local.set $c (i32.const 0))
      (loop
        (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
        (br_if 0 (i32.lt_u
          (local.tee $c (i32.add (local.get $c) (i32.const 1))) (local.get $n))))
      (br_if 0 (i32.lt_u
        (local.tee $b (i32.add (local.get $b) (i32.const 1))) (local.get $n))))
    (br_if 0 (i32.lt_u
      (local.tee $a (i32.add (local.get $a) (i32.const 1))) (local.get $n))))
  local.get $rounds))
