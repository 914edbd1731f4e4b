;; A bound that a constant expression computes: 3 * 4 - 2 rounds. Instantiation costs nothing.
;;
;; A round has 7 operators. By unit: loop, 70, end, local.get, end. By wasmtime: entry, 70, local.get.
;; run: f() == 10
;; fuel: 74 (unit)
;; fuel: 72 (wasmtime)
;; The loop doesn't write the global: what it holds on entry is all that counts.
;; request: 0 max entry 1; nest@0 g0
;; request: 0 chosen entry 1; nest@0 g0
;; The second global doubles the first one.
;; run: twice() == 20
(module
  (global i32 (i32.sub (i32.mul (i32.const 3) (i32.const 4)) (i32.const 2)))
  (global i64 (i64.add (i64.const 10) (i64.const 10)))
  (func (export "f") (result i32) (local i32)
    (loop (br_if 0 (i32.lt_u
      (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (global.get 0))))
    local.get 0)
  (func (export "twice") (result i64) (local i64)
    (loop (br_if 0 (i64.lt_u
      (local.tee 0 (i64.add (local.get 0) (i64.const 1))) (global.get 1))))
    local.get 0))
