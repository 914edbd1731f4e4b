;; Two memories: the same address holds different bytes, and each has a size of its own.
;; heap: <a> size=16, data="\03"
;; heap: <b> size=16, memory=1, data="\05"
;; run: difference(<a>) == 2
;; run: difference(<b>) == 2
;; run: difference(65536) == trap MemoryOutOfBounds
;; Copied from the second into the first: no difference any more.
;; run: copied(1) == 0
;; run: copied(0) == 2
;; run: sizes() == 3
(module (memory 1) (memory 2)
  (func $difference (export "difference") (param i32) (result i32) (local i32)
    (block (loop
      (br_if 1 (i32.eq
        (i32.add (i32.load8_u 0 (local.get 0)) (local.get 1))
        (i32.load8_u 1 (local.get 0))))
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br 0)))
    local.get 1)
  (func (export "copied") (param i32) (result i32)
    (memory.copy 0 1 (i32.const 0) (i32.const 0) (local.get 0))
    (call $difference (i32.const 0)))
  (func (export "sizes") (result i32) (local i32)
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 0) (i32.add (memory.size 0) (memory.size 1)))))
    local.get 0))
