;; An exception that leaves the program from two frames down: all frames are exact.
;;
;; `f`: get, call, drop; `$middle`: get, call, const, add; `$throw`: get, if, get, throw.
;; By unit: 2 + 2 + 4. By wasmtime: three entries more.
;; run: f(2) == exception
;; fuel: 8 (unit)
;; fuel: 11 (wasmtime)
;; Nothing is thrown by 0. `f` goes on with if, nop, const, `else` and end, 7 operators together;
;; `$middle` has 5 and `$throw` 4. By wasmtime nop, `else` and the three `end`s are free: 3 + 16 - 5.
;; run: f(0) == 1
;; fuel: 16 (unit)
;; fuel: 14 (wasmtime)
;;
;; The throw ends a path, before which one branch was taken.
;; request: 0 max entry 1 p0
;; request: 0 min entry 2
(module
  (tag $number (param i32))
  (func $throw (param i32) (result i32)
    (if (local.get 0) (then (throw $number (local.get 0))))
    i32.const 0)
  (func $middle (param i32) (result i32)
    (i32.add (call $throw (local.get 0)) (i32.const 1)))
  (func (export "f") (param i32) (result i32)
    (if (result i32) (call $middle (local.get 0))
      (then nop (i32.const 1)) (else (i32.const 0)))))
