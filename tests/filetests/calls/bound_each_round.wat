;; A bound that is asked for in every round: no nest, since a call could do anything.
;;
;; A round is 8 operators and $bound 2 more, by wasmtime too: its `end` is free and its entry is
;; not. Four rounds: with loop end local.get end 44 by unit, with the entry and local.get 42 by
;; wasmtime.
;; run: f() == 4
;; fuel: 44 (unit)
;; fuel: 42 (wasmtime)
;; Max slices record what is returned and the counter, which each round starts with: behind the
;; call, and on entry too, because both arrive at the loop's header.
;; request: f max entry 1 @6 l0@1; header 1; resume 1 @6 l0@1
;; request: f min entry 1; resume 2
;; request: f chosen entry 1; resume 2
;; check: plan f max
(module
  (func $bound (result i32) (return (i32.const 4)))
  (func (export "f") (result i32) (local i32)
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 0) (call $bound))))
    local.get 0))
