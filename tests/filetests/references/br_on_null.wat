;; Branches on a reference are told, because the slice has no reference: also in max slices.
;;
;; By unit: block, get, br_on_null, const, end where it is null.
;; run: on_null(null) == 1
;; fuel: 5 (unit)
;; fuel: 4 (wasmtime)
;; run: on_non_null(null) == 0
;; run: both(0) == 10
;; run: both(1) == 21
;; request: 0 max entry 2
;; request: 0 min entry 2
;; request: 1 max entry 2
(module (elem declare func $both)
  (func $on_null (export "on_null") (param funcref) (result i32)
    (block
      (drop (br_on_null 0 (local.get 0)))
      nop
      (return (i32.const 0)))
    i32.const 1)
  (func $on_non_null (export "on_non_null") (param funcref) (result i32)
    (block (result (ref func))
      (br_on_non_null 0 (local.get 0))
      (return (i32.const 0)))
    drop
    i32.const 1)
  (func $both (export "both") (param i32) (result i32) (local funcref)
    (if (local.get 0) (then (local.set 1 (ref.func $both))))
    (call $on_null (local.get 1))
    (i32.add (call $on_non_null (local.get 1)))
    (i32.mul (i32.const 10))
    (i32.add (i32.mul (local.get 0) (i32.const 11)))))
