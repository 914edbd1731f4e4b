;; A read out of bounds behind a silent call, and another read before the call. The engine merges no read into an
;; operator behind a call, so that the read that trapped is known, and the total with it.
;;
;; By unit $one takes 2, i32.const end; f runs 8, local.get i32.load local.set, local.get call local.set with the callee,
;; local.get i32.load, which traps.
;; run: f(8, -4) == trap MemoryOutOfBounds
;; fuel: 10 (unit)
(module (memory 1)
  (func $one (param i32) (result i32) (i32.const 1))
  (func (export "f") (param i32 i32) (result i32) (local i32 i32)
    (local.set 2 (i32.load (local.get 0)))
    (local.set 3 (call $one (local.get 1)))
    (i32.add (i32.load (local.get 1)) (i32.add (local.get 2) (local.get 3)))))
