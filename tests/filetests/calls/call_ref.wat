;; A call through a reference, and through one that is null.
;;
;; Both functions have 4 operators, of which only the `end`s are free: 8 by unit, 2 + 6 by wasmtime.
;; Null: local.get ref.null call_ref, 3 by unit, 4 by wasmtime.
;; run: double(21) == 42
;; fuel: 8 (unit)
;; fuel: 8 (wasmtime)
;; run: null(21) == trap NullReference
;; fuel: 3 (unit)
;; fuel: 4 (wasmtime)
;; request: double chosen entry 1; resume 1
(module
  (type $unary (func (param i32) (result i32)))
  (elem declare func $double)
  (func $double (type $unary) (i32.add (local.get 0) (local.get 0)))
  (func (export "double") (param i32) (result i32)
    (call_ref $unary (local.get 0) (ref.func $double)))
  (func (export "null") (param i32) (result i32)
    (call_ref $unary (local.get 0) (ref.null $unary))))
