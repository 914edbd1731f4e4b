;; A trap in the middle of a nest whose rounds are known on entry: the bytes that were asked for are
;; known, the rounds that the trap cut off are not all executed.
;; run: fill(3) == ()
;; run: fill(9) == trap MemoryOutOfBounds
;; run: load(3) == ()
;; run: load(9) == trap MemoryOutOfBounds
;; run: inner(2) == ()
;; run: inner(9) == trap MemoryOutOfBounds
;; request: 0 max entry 1; nest@0 p0
(module (memory 1)
  ;; Each round fills the next 16 KiB.
  (func (export "fill") (param i32) (local i32)
    (loop
      (memory.fill (i32.mul (local.get 1) (i32.const 16384)) (i32.const 1) (i32.const 16384))
      (br_if 0 (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (local.get 0)))))
  (func (export "load") (param i32) (local i32)
    (loop
      (drop (i32.load (i32.mul (local.get 1) (i32.const 16384))))
      (br_if 0 (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (local.get 0)))))
  ;; The trap is in the inner one of two loops.
  (func (export "inner") (param i32) (local i32 i32)
    (loop
      (local.set 2 (i32.const 0))
      (loop
        (i32.store (i32.mul (i32.add (local.get 1) (local.get 2)) (i32.const 8192)) (i32.const 1))
        (br_if 0 (i32.lt_u (local.tee 2 (i32.add (local.get 2) (i32.const 1))) (local.get 0))))
      (br_if 0 (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (local.get 0))))))
