;; A global that is read twice with a write between them: two sources, for it may have changed.
;;
;; For 0: global.get if, local.get global.set end, global.get if end, 8 by unit; 1 + 6 by wasmtime.
;; For 1 also nop and an `end`, 10 by unit.
;; run: f(0) == ()
;; fuel: 8 (unit)
;; fuel: 7 (wasmtime)
;; run: f(1) == ()
;; fuel: 10 (unit)
;; fuel: 7 (wasmtime)
;; request: f max entry 1 @0 @5
;; request: f min entry 4
;; request: f chosen entry 4
(module (global $g (mut i32) (i32.const 1))
  (func (export "f") (param i32)
    (if (global.get $g) (then (global.set $g (local.get 0))))
    (if (global.get $g) (then nop))))
