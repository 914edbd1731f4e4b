;; Two results, as they come in.
;; run: swap(1, 2) == (2, 1)
;; run: swap(-5, 7) == (7, -5)
;; check: ir 0
(module (func (export "swap") (param i32 i64) (result i64 i32)
  local.get 1 local.get 0))
