;; Bounds in globals: recorded on entry where the nest does not write them, else the loop is told.
;;
;; f and g: 8 operators in each of 5 and 3 rounds. h: 12 in each of 3 rounds, since counter and
;; bound, 1 and 4, 2 and 3, meet at 3 and 2. By unit loop end local.get end more, by wasmtime the
;; entry and local.get.
;; run: f() == 5
;; fuel: 44 (unit)
;; fuel: 42 (wasmtime)
;; run: g() == 3
;; fuel: 28 (unit)
;; fuel: 26 (wasmtime)
;; run: h() == 3
;; fuel: 40 (unit)
;; fuel: 38 (wasmtime)
;; request: $f max entry 1; nest@0 g0
;; request: $f min entry 1; header 2
;; request: $f chosen entry 1; nest@0 g0
;; request: $g chosen entry 1; nest@0 g1
;; The read @10 lies in the loop, and so does the counter that its round starts with.
;; request: $h max entry 1 @10 l0@1; header 1 @10 l0@1
;; request: $h chosen entry 1; header 2
(module
  (global $down (mut i32) (i32.const 5))
  (global $fixed i32 (i32.const 3))
  (func $f (export "f") (result i32) (local i32)
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 0) (global.get $down))))
    local.get 0)
  (func $g (export "g") (result i32) (local i32)
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 0) (global.get $fixed))))
    local.get 0)
  (func $h (export "h") (result i32) (local i32)
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (global.set $down (i32.sub (global.get $down) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 0) (global.get $down))))
    local.get 0))
