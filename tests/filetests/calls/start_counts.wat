;; A start function runs before the call, and its operators count.
;;
;; `$init`: a round of get, const, add, global.set, get, const, lt_u, br_if: 8, five times. By unit:
;; loop, 40, end, end. By wasmtime: entry, 40. `f`: a round has 7 operators, five times. By unit:
;; loop, 35, end, get, end. By wasmtime: entry, 35, get.
;; run: f() == 5
;; fuel: 82 (unit)
;; fuel: 78 (wasmtime)
;; request: 1 chosen entry 1; nest@0 g0
(module
  (global $n (mut i32) (i32.const 0))
  (start $init)
  (func $init
    (loop
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (br_if 0 (i32.lt_u (global.get $n) (i32.const 5)))))
  (func (export "f") (result i32) (local i32)
    (loop (br_if 0 (i32.lt_u
      (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (global.get $n))))
    local.get 0))
