;; Thrown with a value and caught by its tag: the value decides what follows.
;;
;; `$throw`: get, if, get, throw: 4. `f` before: block, try_table, get, call: 4; caught: const, gt_s, if,
;; nop, const, return.
;; By unit: 4 + 4 + 6. By wasmtime: entry, 3, entry, 4, const, gt_s, if, const.
;; run: f(7) == 1
;; fuel: 14 (unit)
;; fuel: 13 (wasmtime)
;; run: f(3) == 0
;; Nothing is thrown: block, try_table, get, call, end, const, return; get, if, end.
;; run: f(0) == 2
;; fuel: 10 (unit)
;; fuel: 8 (wasmtime)
(module
  (tag $number (param i32))
  (func $throw (param i32)
    (if (local.get 0) (then (throw $number (local.get 0)))))
  (func (export "f") (param i32) (result i32)
    (block $caught (result i32)
      (try_table (catch $number $caught)
        (call $throw (local.get 0)))
      (return (i32.const 2)))
    (if (i32.gt_s (i32.const 5)) (then nop (return (i32.const 1))))
    i32.const 0))
