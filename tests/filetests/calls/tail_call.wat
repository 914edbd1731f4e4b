;; Even and odd by tail calls: each ends one activation and starts the next.
;;
;; Passing on: 3 operators that test and 4, by wasmtime the entry too: 7 and 8. The last one:
;; 3 and i32.const return, 5 by unit; the entry, 3 and 1, 5 by wasmtime.
;; run: even(4) == 1
;; fuel: 33 (unit)
;; fuel: 37 (wasmtime)
;; run: even(3) == 0
;; fuel: 26 (unit)
;; fuel: 29 (wasmtime)
;; request: $even max entry 1 p0
;; request: $even min entry 2
;; request: $odd chosen entry 2
(module
  (func $even (export "even") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
    (return_call $odd (i32.sub (local.get 0) (i32.const 1))))
  (func $odd (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (return_call $even (i32.sub (local.get 0) (i32.const 1)))))
