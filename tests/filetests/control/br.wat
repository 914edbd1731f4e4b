;; A branch that is always taken is no choice. It leaps over the block's `end`.
;;
;; By unit block, br, i32.const and the last `end`: 4. By wasmtime the entry, br and i32.const: 3.
;; run: f() == 1
;; fuel: 4 (unit)
;; fuel: 3 (wasmtime)
;; request: f max entry 1
;; request: f min entry 1
(module (func (export "f") (result i32)
  (block
    (br 0)
    (unreachable))
  (i32.const 1)))
