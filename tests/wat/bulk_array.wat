;; The bulk operators of arrays: elements are charged, also when the operator traps.
;;
;; `new n`: const, get, array.new, array.len, final end. wasmtime 1 + 4 + n; unit 5.
;; run: new 10 -> 10
;; fuel: wasmtime=15 unit=5
;; `new_default n`: get, array.new_default, array.len.
;; run: new_default 10 -> 10
;; fuel: wasmtime=14 unit=4
;; `new_fixed`: const x 3, array.new_fixed, array.len: a flat price.
;; run: new_fixed -> 3
;; fuel: wasmtime=6 unit=6
;; `new_data from n`: get, get, array.new_data, array.len.
;; run: new_data 0 4 -> 4
;; fuel: wasmtime=9 unit=5
;; run: new_data 4 3 -> trap MemoryOutOfBounds
;; run: new_elem 0 2 -> 2
;; fuel: wasmtime=7 unit=5
;; run: new_elem 1 2 -> trap TableOutOfBounds
;;
;; `fill n`: const, array.new_default (10), local.tee, const, const, get, array.fill, get, const,
;; array.get. wasmtime: 1 + 10 + 10 + n; unit 11.
;; run: fill 5 -> 7
;; fuel: wasmtime=26 unit=11
;; run: fill 6 -> 7
;; run: fill 11 -> trap ArrayOutOfBounds
;;
;; run: copy 3 -> 9
;; run: copy 11 -> trap ArrayOutOfBounds
;; run: init_data 4 -> 98
;; run: init_data 6 -> trap MemoryOutOfBounds
;; run: init_data 11 -> trap ArrayOutOfBounds
;; run: init_elem 2 -> 0
;; run: init_elem 3 -> trap TableOutOfBounds
;; run: fill_null -> trap NullReference
;; run: copy_null -> trap NullReference
(module
  (type $numbers (array (mut i32)))
  (type $bytes (array (mut i8)))
  (type $functions (array (mut funcref)))
  (data $text "abcde")
  (elem $segment func $new $new)
  (func $new (export "new") (param i32) (result i32)
    i32.const 5
    local.get 0
    array.new $numbers
    array.len)
  (func (export "new_default") (param i32) (result i32)
    local.get 0
    array.new_default $numbers
    array.len)
  (func (export "new_fixed") (result i32)
    i32.const 1
    i32.const 2
    i32.const 3
    array.new_fixed $numbers 3
    array.len)
  (func (export "new_data") (param i32 i32) (result i32)
    local.get 0
    local.get 1
    array.new_data $bytes $text
    array.len)
  (func (export "new_elem") (param i32 i32) (result i32)
    local.get 0
    local.get 1
    array.new_elem $functions $segment
    array.len)
  (func (export "fill") (param i32) (result i32)
    (local $array (ref null $numbers))
    i32.const 10
    array.new_default $numbers
    local.tee $array
    i32.const 0
    i32.const 7
    local.get 0
    array.fill $numbers
    local.get $array
    i32.const 4
    array.get $numbers)
  (func (export "copy") (param i32) (result i32)
    (local $from (ref null $numbers)) (local $to (ref null $numbers))
    i32.const 9
    i32.const 10
    array.new $numbers
    local.set $from
    i32.const 10
    array.new_default $numbers
    local.tee $to
    i32.const 0
    local.get $from
    i32.const 0
    local.get 0
    array.copy $numbers $numbers
    local.get $to
    i32.const 2
    array.get $numbers)
  (func (export "init_data") (param i32) (result i32)
    (local $array (ref null $bytes))
    i32.const 10
    array.new_default $bytes
    local.tee $array
    i32.const 0
    i32.const 0
    local.get 0
    array.init_data $bytes $text
    local.get $array
    i32.const 1
    array.get_u $bytes)
  (func (export "init_elem") (param i32) (result i32)
    (local $array (ref null $functions))
    i32.const 10
    array.new_default $functions
    local.tee $array
    i32.const 0
    i32.const 0
    local.get 0
    array.init_elem $functions $segment
    local.get $array
    i32.const 1
    array.get $functions
    ref.is_null)
  (func (export "fill_null")
    ref.null $numbers
    i32.const 0
    i32.const 7
    i32.const 1
    array.fill $numbers)
  (func (export "copy_null")
    ref.null $numbers
    i32.const 0
    ref.null $numbers
    i32.const 0
    i32.const 1
    array.copy $numbers $numbers))
