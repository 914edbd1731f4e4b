;; Addresses of 64 bits: the length of a string, and addresses that no memory of 32 bits knows.
;; run: length(0) == 4
;; run: length(4) == 0
;; run: length(65536) == trap MemoryOutOfBounds
;; The low half of the address would be inside.
;; run: length(0x100000000) == trap MemoryOutOfBounds
;; run: length(-1) == trap MemoryOutOfBounds
;; run: pages(1) == 2
;; run: pages(0x1000000000000) == 1
;; run: pages(0) == 1
(module (memory i64 1 3)
  (data (i64.const 0) "wait")
  (func (export "length") (param i64) (result i64) (local i64)
    (block (loop
      (br_if 1 (i32.eqz (i32.load8_u (i64.add (local.get 0) (local.get 1)))))
      (local.set 1 (i64.add (local.get 1) (i64.const 1)))
      (br 0)))
    local.get 1)
  (func (export "pages") (param i64) (result i64) (local i64)
    (drop (memory.grow (local.get 0)))
    (loop
      (local.set 1 (i64.add (local.get 1) (i64.const 1)))
      (br_if 0 (i64.lt_u (local.get 1) (memory.size))))
    local.get 1))
