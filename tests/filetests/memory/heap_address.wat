;; heap: <a> size=1, data="\07"
;; heap: <b> size=8, data="\01\00\00\00\00\00\00\80"
;; run: load(<b>) == 0x8000000000000001
(module (memory 1) (func (export "load") (param i32) (result i64)
  (i64.load (local.get 0))))
