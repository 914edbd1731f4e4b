;; The start function counts too: it runs before the export is called.
;;
;; The start function: i32.const global.set end, 3 by unit, 1 + 2 by wasmtime. The export:
;; global.get end, 2 by unit and 1 + 1 by wasmtime.
;; run: f() == 5
;; fuel: 5 (unit)
;; fuel: 5 (wasmtime)
(module
  (global $g (mut i32) (i32.const 0))
  (func $start (global.set $g (i32.const 5)))
  (start $start)
  (func (export "f") (result i32) (global.get $g)))
