;; An exception that a callee throws, caught with its value. Where it lands a region starts.
;;
;; Thrown: block try_table local.get call, local.get if local.get throw, and the last `end`: 9 by
;; unit; by wasmtime 1 + 3 and 1 + 4. Not thrown: 4, local.get if end, end i32.const end end: 11 by
;; unit; by wasmtime 1 + 4 and 1 + 2.
;; run: f(7) == 7
;; fuel: 9 (unit)
;; fuel: 9 (wasmtime)
;; run: f(0) == -1
;; fuel: 11 (unit)
;; fuel: 8 (wasmtime)
;; Nobody catches: local.get call and 4, 6 by unit; 1 + 2 and 1 + 4 by wasmtime.
;; run: uncaught(3) == exception
;; fuel: 6 (unit)
;; fuel: 8 (wasmtime)
;; request: $thrower max entry 1 p0
;; request: $thrower min entry 2
;; request: f max entry 1; landing 1; resume 1
;; request: f min entry 1; landing 1; resume 1
(module
  (tag $number (param i32))
  (func $thrower (param i32)
    (if (local.get 0) (then (throw $number (local.get 0)))))
  (func (export "f") (param i32) (result i32)
    (block $caught (result i32)
      (try_table (catch $number $caught) (call $thrower (local.get 0)))
      (i32.const -1)))
  (func (export "uncaught") (param i32) (call $thrower (local.get 0))))
