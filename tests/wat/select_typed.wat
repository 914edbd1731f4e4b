;; select with and without types, also of references: no branch, whatever it chooses.
;; run: untyped 1 -> 10
;; run: untyped 0 -> 20
;; run: typed 1 -> 10
;; run: typed 0 -> 20
;; run: of_reference 1 -> 1
;; run: of_reference 0 -> 0
;;
;; const, const, get, select, final end. wasmtime 1 + 4, unit 5, both ways.
;; run: typed 1 -> 10
;; fuel: wasmtime=5 unit=5
;; run: typed 0 -> 20
;; fuel: wasmtime=5 unit=5
(module
  (func (export "untyped") (param i32) (result i32)
    i32.const 10
    i32.const 20
    local.get 0
    select)
  (func (export "typed") (param i32) (result i64)
    i64.const 10
    i64.const 20
    local.get 0
    select (result i64))
  (func (export "of_reference") (param i32) (result i32)
    ref.null func
    ref.func 0
    local.get 0
    select (result funcref)
    ref.is_null)
  (elem declare func 0))
