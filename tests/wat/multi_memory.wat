;; Several memories, of which the ring must be one more: copies between them, growth of each, and
;; the exports keep their own indices and contents.
;; run: between 200 -> 5
;; run: sizes -> 2 1 3
;; run: grow_each -> 2 1 3
;; then: sizes -> 3 2 4
;; run: init_second 4 -> 100
(module
  (memory $a (export "a") 2)
  (memory $b (export "b") 1)
  (memory $c (export "c") i64 3)
  (data $text "\64\65\66\67")
  (data (memory $b) (i32.const 10) "\05")
  (func (export "between") (param i32) (result i32)
    i32.const 1000
    i32.const 0
    local.get 0
    memory.copy $a $b
    i32.const 1010
    i32.load8_u $a)
  (func (export "sizes") (result i32 i32 i64)
    memory.size $a
    memory.size $b
    memory.size $c)
  (func (export "grow_each") (result i32 i32 i64)
    i32.const 1
    memory.grow $a
    i32.const 1
    memory.grow $b
    i64.const 1
    memory.grow $c)
  (func (export "init_second") (param i32) (result i32)
    i32.const 20
    i32.const 0
    local.get 0
    memory.init $b $text
    i32.const 20
    i32.load8_u $b))
