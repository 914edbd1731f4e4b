;; The sum of bytes of a heap.
;; heap: <h0> size=16, data="\01\02\03\04"
;; heap: <h1> size=4, data="\0a\0b"
;; run: sum(<h0>, 4) == 10
;; run: sum(<h0>, 16) == 10
;; run: sum(<h1>, 2) == 21
;; run: sum(65536, 1) == trap MemoryOutOfBounds
(module (memory 1) (func (export "sum") (param i32 i32) (result i32) (local i32)
  (loop
    (local.set 2 (i32.add (local.get 2) (i32.load8_u (local.get 0))))
    (local.set 0 (i32.add (local.get 0) (i32.const 1)))
    (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
  local.get 2))
