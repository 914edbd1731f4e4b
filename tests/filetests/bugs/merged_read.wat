;; The engine merges a read into an operator that uses it and says that the trap was there: nine
;; operators later, or at the other of two reads. The total is an interval that contains the truth.
;; run: early(0, 5) == trap MemoryOutOfBounds
;; run: late(8) == trap MemoryOutOfBounds
;; run: late(0) == 0
(module (memory 1) (data (i32.const 8) "\00\00\ff\ff")
  (func (export "early") (param i32 i32) (result i32) (local i32 i32)
    (local.set 2 (i32.load offset=0x10000 (local.get 0)))
    (local.set 3 (i32.mul (local.get 1) (i32.const 3)))
    (i32.add (i32.load (local.get 2)) (local.get 3)))
  (func (export "late") (param i32) (result i32)
    (i32.load (i32.load (local.get 0)))))
