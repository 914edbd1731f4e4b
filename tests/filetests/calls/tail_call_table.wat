;; A machine of two states, which goes on by tail calls through a table until the count is 0.
;;
;; A step: local.get i32.eqz if, local.get i32.const i32.sub and an index, return_call_indirect.
;; By unit 8, by wasmtime with the entry 9. The last step: 3, and i32.const return, 5 and 5.
;; run: first(3) == 2
;; fuel: 29 (unit)
;; fuel: 32 (wasmtime)
;; run: first(0) == 1
;; fuel: 5 (unit)
;; fuel: 5 (wasmtime)
;; request: first max entry 1 p0
;; request: first chosen entry 2
(module
  (type $state (func (param i32) (result i32)))
  (table funcref (elem $first $second))
  (func $first (export "first") (type $state)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
    (return_call_indirect (type $state)
      (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))
  (func $second (type $state)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 2))))
    (return_call_indirect (type $state)
      (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))))
