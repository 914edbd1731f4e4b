;; 64-bit memories and tables: bulk lengths are i64 values, whose units are two-word payloads.
;;
;; `fill n`: const, const, get, memory.fill, const, i32.load8_u = 6 operators and n bytes.
;; wasmtime: 1 + 6 + n. unit: 6 + final end.
;; run: fill 1000 -> 7
;; fuel: wasmtime=1007 unit=7
;;
;; Out of bounds: it traps, and has been paid for all the same: const, const, get, memory.fill.
;; run: fill 70000 -> trap MemoryOutOfBounds
;; fuel: wasmtime=70005 unit=4
;;
;; run: copy 5000 -> 9
;; run: init 8 -> 99
;; run: grow 1 -> 1
;; run: grow 1000000 -> -1
;; run: grow_table 3 -> 4
;; run: fill_table 4 -> 0
;; run: copy_table 2 -> 0
(module
  (memory i64 1 10)
  (table $table i64 4 100 funcref)
  (data $text "abcdefgh")
  (elem declare func $fill)
  (func $fill (export "fill") (param i64) (result i32)
    i64.const 0
    i32.const 7
    local.get 0
    memory.fill
    i64.const 10
    i32.load8_u)
  (func (export "copy") (param i64) (result i32)
    i64.const 3
    i32.const 9
    i32.store8
    i64.const 20000
    i64.const 0
    local.get 0
    memory.copy
    i64.const 20003
    i32.load8_u)
  (func (export "init") (param i32) (result i32)
    i64.const 100
    i32.const 0
    local.get 0
    memory.init $text
    i64.const 102
    i32.load8_u)
  (func (export "grow") (param i64) (result i64)
    local.get 0
    memory.grow)
  (func (export "grow_table") (param i64) (result i64)
    ref.null func
    local.get 0
    table.grow $table)
  (func (export "fill_table") (param i64) (result i32)
    i64.const 0
    ref.func $fill
    local.get 0
    table.fill $table
    i64.const 3
    table.get $table
    ref.is_null)
  (func (export "copy_table") (param i64) (result i32)
    i64.const 0
    ref.func $fill
    table.set $table
    i64.const 2
    i64.const 0
    local.get 0
    table.copy $table $table
    i64.const 2
    table.get $table
    ref.is_null))
