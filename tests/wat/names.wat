;; Names that nobody expects: exports that look like the ring's own, empty and Unicode names,
;; custom sections before, between and after the others.
;; run: wf.ring -> 1
;; run: wf.position 2 -> 4
;; run: 名前 -> 3
(module $"a module's name"
  (@custom "before everything" (before first) "first")
  (type (func (result i32)))
  (@custom "in between" (after type) "second")
  (memory $"the memory" (export "wf.flush") 1)
  (global (export "wf.ring.1") i32 (i32.const 9))
  (func $"one \"quoted\"" (export "wf.ring") (result i32)
    i32.const 1)
  (func $double (export "wf.position") (param $number i32) (result i32) (local $unused i64)
    local.get $number
    i32.const 2
    i32.mul)
  (func $"λ" (export "名前") (result i32)
    i32.const 3)
  (func (export "") (result i32)
    i32.const 4)
  (@custom "after everything" (after last) "last \00\ff bytes"))
