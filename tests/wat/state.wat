;; Exported globals, memories and tables of every kind hold the same at the end as in a plain run.
;; run: change 5
;; then: change 6
;; then: read -> 11 6
(module
  (memory (export "memory") 1 4)
  (memory (export "second") 1)
  (table (export "table") 2 10 funcref)
  (global $i32 (export "i32") (mut i32) (i32.const 0))
  (global $i64 (export "i64") (mut i64) (i64.const -1))
  (global $f32 (export "f32") (mut f32) (f32.const 0.5))
  (global $f64 (export "f64") (mut f64) (f64.const nan))
  (global (export "constant") i32 (i32.const 77))
  (global $reference (export "reference") (mut funcref) (ref.null func))
  (export "change again" (func $change))
  (func $change (export "change") (param i32)
    local.get 0
    global.get $i32
    i32.add
    global.set $i32
    local.get 0
    i64.extend_i32_s
    global.set $i64
    local.get 0
    f32.convert_i32_s
    global.set $f32
    ref.func $change
    global.set $reference
    local.get 0
    i32.const 4
    i32.mul
    local.get 0
    i32.store
    i32.const 0
    local.get 0
    i32.store8 1
    i32.const 1
    memory.grow 0
    drop
    ref.func $change
    i32.const 1
    table.grow 0
    drop)
  (func (export "read") (result i32 i64)
    global.get $i32
    global.get $i64))
