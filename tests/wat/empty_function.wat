;; Functions without operators of their own.
;;
;; `empty` is its final `end` alone. wasmtime: 1 for entering. unit: 1 for `end`.
;; run: empty
;; fuel: wasmtime=1 unit=1
;;
;; `call_empty`: wasmtime: entering 1, call 1, entering `empty` 1 = 3. unit: call, the callee's
;; `end`, its own `end` = 3.
;; run: call_empty
;; fuel: wasmtime=3 unit=3
;;
;; `returns`: wasmtime: entering 1; `return` is free. unit: `return` 1; the `end` is never reached.
;; run: returns
;; fuel: wasmtime=1 unit=1
;;
;; `leaves`: br 0 to the function's label. wasmtime: 1 + 1. unit: br 1; the `end` is jumped past.
;; run: leaves
;; fuel: wasmtime=2 unit=1
;;
;; `identity`: local.get and `end`.
;; run: identity 7 -> 7
;; fuel: wasmtime=2 unit=2
;;
;; The same instance, called again and again: 3 x `empty`.
;; run: empty
;; then: empty
;; then: empty
;; fuel: wasmtime=3 unit=3
(module
  (func $empty (export "empty"))
  (func (export "call_empty") call $empty)
  (func (export "returns") return)
  (func (export "leaves") br 0)
  (func (export "identity") (param i32) (result i32) local.get 0))
