;; A trap behind silent calls: what they cost is part of the way to it.
;;
;; By unit $twice takes 4, local.get i32.const i32.shl end; by wasmtime 1 + 3. f runs up to the division, which
;; traps, i32.const local.get call call i32.div_u, 5 and two callees; by wasmtime with the entry 1 more.
;; run: f(0) == trap IntegerDivisionByZero
;; fuel: 13 (unit)
;; fuel: 14 (wasmtime)
;; request: f chosen entry 1
(module
  (func $twice (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
  (func (export "f") (param i32) (result i32)
    (i32.div_u (i32.const 9) (call $twice (call $twice (local.get 0))))))
