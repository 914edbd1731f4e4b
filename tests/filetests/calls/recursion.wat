;; Calls itself until the stack is used up, or before.
;;
;; 15 calls for fib(5): 7 go on and 8 end. One that ends: get, const, lt_u, if, get, return: 6, of which
;; return is free. One that goes on: 4, get, const, sub, call, get, const, sub, call, add, end: 14.
;; By unit: 8 * 6 + 7 * 14. By wasmtime: 15 entries, 8 * 5 + 7 * 13.
;; run: fib(5) == 5
;; fuel: 146 (unit)
;; fuel: 146 (wasmtime)
;; run: fib(1) == 1
;; fuel: 6 (unit)
;; fuel: 6 (wasmtime)
;; run: endless(0) == trap StackOverflow
;; Events that are pushed in one place carry the same: the return's and the last one's, at the end.
;; request: 0 max entry 1 p0; resume 1; resume 1 p0
;; request: 0 min entry 2; resume 1; resume 1
(module
  (func $fib (export "fib") (param i32) (result i32)
    (if (i32.lt_u (local.get 0) (i32.const 2)) (then (return (local.get 0))))
    (i32.add
      (call $fib (i32.sub (local.get 0) (i32.const 1)))
      (call $fib (i32.sub (local.get 0) (i32.const 2)))))
  (func $endless (export "endless") (param i32) (result i32)
    (i32.add (call $endless (i32.add (local.get 0) (i32.const 1))) (i32.const 1))))
