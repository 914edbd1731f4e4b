;; Recursion. Of the 15 calls for 5, 8 are leaves.
;;
;; A leaf: 4 operators that test, local.get else end: 7 by unit, 1 + 5 by wasmtime. An inner one:
;; 4, two arguments and calls of 4, i32.add end end: 15 by unit, 1 + 13 by wasmtime.
;; run: fibonacci(5) == 5
;; fuel: 161 (unit)
;; fuel: 146 (wasmtime)
;; run: fibonacci(1) == 1
;; fuel: 7 (unit)
;; fuel: 6 (wasmtime)
;; The way behind the second call meets the leaf's at the function's end. What is pushed there
;; carries parameter 0 for both.
;; request: $fibonacci max entry 1 p0; resume 1; resume 1 p0
;; request: $fibonacci min entry 2; resume 1; resume 1
;; request: $fibonacci chosen entry 2; resume 1; resume 1
;; check: plan $fibonacci max
(module (func $fibonacci (export "fibonacci") (param i32) (result i32)
  (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
    (then (local.get 0))
    (else (i32.add
      (call $fibonacci (i32.sub (local.get 0) (i32.const 1)))
      (call $fibonacci (i32.sub (local.get 0) (i32.const 2))))))))
