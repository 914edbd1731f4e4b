;; The bulk operators of tables: elements are charged, also when the operator fails or traps.
;;
;; `fill n`: const, ref.null, get, table.fill, final end. wasmtime 1 + 4 + n; unit 5.
;; run: fill 5
;; fuel: wasmtime=10 unit=5
;; run: fill 11 -> trap TableOutOfBounds
;; fuel: wasmtime=16 unit=4
;;
;; `copy n`: const, const, get, table.copy from another table.
;; run: copy 3
;; fuel: wasmtime=8 unit=5
;; run: copy 4 -> trap TableOutOfBounds
;; fuel: wasmtime=9 unit=4
;;
;; `init n`: const, const, get, table.init.
;; run: init 2
;; fuel: wasmtime=7 unit=5
;; run: init 3 -> trap TableOutOfBounds
;; fuel: wasmtime=8 unit=4
;; run: drop_segment
;; then: init 0
;; then: init 1 -> trap TableOutOfBounds
;;
;; `grow n`: ref.null, get, table.grow, final end: charged also when it fails.
;; run: grow 5 -> 10
;; fuel: wasmtime=9 unit=4
;; run: grow 100 -> -1
;; fuel: wasmtime=104 unit=4
;; run: grow 0 -> 10
;; then: grow 4 -> 10
;; then: grow 1 -> 14
;;
;; The copied functions can be called.
;; run: copy 3
;; then: call_slot 2 -> 7
;; run: call_slot 2 -> trap IndirectCallToNull
(module
  (type $number (func (result i32)))
  (table $table 10 20 funcref)
  (table $other 3 funcref)
  (elem (table $other) (i32.const 0) func $seven $seven $seven)
  (elem $segment func $seven $seven)
  (func $seven (type $number)
    i32.const 7)
  (func (export "fill") (param i32)
    i32.const 0
    ref.null func
    local.get 0
    table.fill $table)
  (func (export "copy") (param i32)
    i32.const 0
    i32.const 0
    local.get 0
    table.copy $table $other)
  (func (export "init") (param i32)
    i32.const 0
    i32.const 0
    local.get 0
    table.init $table $segment)
  (func (export "drop_segment")
    elem.drop $segment)
  (func (export "grow") (param i32) (result i32)
    ref.null func
    local.get 0
    table.grow $table)
  (func (export "call_slot") (param i32) (result i32)
    local.get 0
    call_indirect $table (type $number)))
