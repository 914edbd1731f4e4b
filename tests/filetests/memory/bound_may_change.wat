;; A bound that is loaded in each round, beside a store that may hit it: no nest.
;;
;; A round is 12 operators; by unit also loop end local.get end, by wasmtime the entry and
;; local.get. Stored elsewhere, 5 rounds: 64 and 62. Stored over the bound, which is 2 then: 28 and
;; 26.
;; heap: <bound> data="\05\00\00\00"
;; heap: <other> size=4
;; run: f(<bound>, <other>) == 5
;; fuel: 64 (unit)
;; fuel: 62 (wasmtime)
;; run: f(<bound>, <bound>) == 2
;; fuel: 28 (unit)
;; fuel: 26 (wasmtime)
;; The load @10 and the counter, local 2, that a round starts with.
;; request: f max entry 1 @10 l2@1; header 1 @10 l2@1
;; request: f chosen entry 1; header 2
(module (memory 1) (func (export "f") (param $bound i32) (param $out i32) (result i32) (local i32)
  (loop
    (local.set 2 (i32.add (local.get 2) (i32.const 1)))
    (i32.store (local.get $out) (i32.const 2))
    (br_if 0 (i32.lt_u (local.get 2) (i32.load (local.get $bound)))))
  local.get 2))
