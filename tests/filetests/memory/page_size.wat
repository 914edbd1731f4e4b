;; A memory whose pages are bytes: it has 3 of them and can have 5.
;; run: size(0) == 3
;; run: size(2) == 5
;; run: size(3) == 3
;; run: load(2) == 1
;; run: load(3) == trap MemoryOutOfBounds
(module (memory 3 5 (pagesize 1))
  (func (export "size") (param i32) (result i32) (local i32)
    (drop (memory.grow (local.get 0)))
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 1) (memory.size))))
    local.get 1)
  (func (export "load") (param i32) (result i32)
    (if (i32.eqz (i32.load8_u (local.get 0))) (then nop (return (i32.const 1))))
    i32.const 0))
