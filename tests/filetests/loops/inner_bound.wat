;; The inner bound is the outer counter: 0 + 1 + … + (n - 1) inner rounds, none in the first.
;;
;; Inner loop for i: 13 i and the last test, 4. An outer round by unit 17 + 13 i, by wasmtime, where
;; block and loop are free, 15 + 13 i. With s = n (n - 1) / 2 all of it is 8 + 17 n + 13 s by unit,
;; 6 + 15 n + 13 s by wasmtime.
;; run: f(4) == 6
;; fuel: 154 (unit)
;; fuel: 144 (wasmtime)
;; run: f(0) == 0
;; fuel: 8 (unit)
;; fuel: 6 (wasmtime)
;; request: f max entry 1; nest@1 p0
;; request: f min entry 1; header 2; header 2
;; request: f chosen entry 1; nest@1 p0
(module (func (export "f") (param $n i32) (result i32)
  (local $i i32) (local $j i32) (local $rounds i32)
  (block $done (loop $outer
    (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
    (local.set $j (i32.const 0))
    (block $next (loop $inner
      (br_if $next (i32.ge_u (local.get $j) (local.get $i)))
      (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
      (local.set $j (i32.add (local.get $j) (i32.const 1)))
      (br $inner)))
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br $outer)))
  local.get $rounds))
