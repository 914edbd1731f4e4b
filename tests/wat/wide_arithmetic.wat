;; Wide arithmetic: 128-bit sums and products.
;; run: add 1 -1 -> 0 1
;; run: subtract -> -1 -1
;; run: multiply -1 -> 1 0
;; run: multiply_unsigned -1 -> 1 -2
(module
  (func (export "add") (param i64 i64) (result i64 i64)
    local.get 0
    i64.const 0
    local.get 1
    i64.const 0
    i64.add128)
  (func (export "subtract") (result i64 i64)
    i64.const 0
    i64.const 0
    i64.const 1
    i64.const 0
    i64.sub128)
  (func (export "multiply") (param i64) (result i64 i64)
    local.get 0
    local.get 0
    i64.mul_wide_s)
  (func (export "multiply_unsigned") (param i64) (result i64 i64)
    local.get 0
    local.get 0
    i64.mul_wide_u))
