;; A loop without an end, left by a `return` alone: one way out, so nothing behind it is cut.
;;
;; A round is a test of 4, 4 that count and br; the last test 4, local.get return. By unit with
;; `loop` 9 k + 7. By wasmtime with the entry, and with `return` free, 9 k + 6.
;; run: f(3) == 3
;; fuel: 34 (unit)
;; fuel: 33 (wasmtime)
;; run: f(0) == 0
;; fuel: 7 (unit)
;; fuel: 6 (wasmtime)
;; request: f max entry 1; nest@0 p0
;; request: f min entry 1; header 2
;; request: f chosen entry 1; nest@0 p0
(module (func (export "f") (param $n i32) (result i32) (local $i i32)
  (loop
    (if (i32.eq (local.get $i) (local.get $n)) (then (return (local.get $i))))
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br 0))
  unreachable))
