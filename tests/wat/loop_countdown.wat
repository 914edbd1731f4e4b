;; One loop: the header is entered once and the body runs `n` times.
;;
;; Body: local.get, i32.const, i32.sub, local.tee, br_if = 5 operators, each 1 in both models.
;; wasmtime: 1 for entering the function; `loop` and `end` are free. 1 + 5 n.
;; unit: `loop` once (the back edge does not execute it), its `end` once (the last br_if falls
;; into it) and the function's `end`. 5 n + 3.
;;
;; run: count 10
;; fuel: wasmtime=51 unit=53
;; run: count 1
;; fuel: wasmtime=6 unit=8
;; run: count 100000
;; fuel: wasmtime=500001 unit=500003
(module
  (func (export "count") (param i32)
    loop
      local.get 0
      i32.const 1
      i32.sub
      local.tee 0
      br_if 0
    end))
