;; Structs, arrays, casts and i31: flat operators, and their traps.
;; run: point 3 4 -> 25
;; run: length 100 -> 100
;; run: cast_ok -> 1
;; run: cast_wrong -> trap CastFailure
;; run: test_types 1 -> 1
;; run: test_types 0 -> 0
;; run: null_field -> trap NullReference
;; run: array_index 2 -> 30
;; run: array_index 3 -> trap ArrayOutOfBounds
;; run: i31 5 -> 10
;; run: extern_round_trip -> 1
;; run: same -> 1
;; run: as_non_null -> trap NullReference
;; run: packed -> -1 255
;;
;; `point x y`: get, get, struct.new, tee, 4 x struct.get, 3 x get, mul, mul, add = 14, final end.
;; run: point 3 4 -> 25
;; fuel: wasmtime=15 unit=15
(module
  (type $point (struct (field $x (mut i32)) (field $y (mut i32))))
  (type $point3 (sub (struct (field i32))))
  (type $point4 (sub $point3 (struct (field i32) (field i64))))
  (type $node (struct (field (ref null $node))))
  (rec
    (type $node_a (struct (field i32) (field (ref null $node_b))))
    (type $node_b (struct (field i64) (field (ref null $node_a)))))
  (type $numbers (array (mut i32)))
  (type $packed (struct (field (mut i8))))
  (func (export "point") (param i32 i32) (result i32)
    (local $point (ref null $point))
    local.get 0
    local.get 1
    struct.new $point
    local.tee $point
    struct.get $point $x
    local.get $point
    struct.get $point $x
    i32.mul
    local.get $point
    struct.get $point $y
    local.get $point
    struct.get $point $y
    i32.mul
    i32.add)
  (func (export "length") (param $n i32) (result i32)
    (local $list (ref null $node)) (local $length i32)
    loop
      local.get $list
      struct.new $node
      local.set $list
      local.get $n
      i32.const 1
      i32.sub
      local.tee $n
      br_if 0
    end
    block $end
      local.get $list
      loop $next (param (ref null $node))
        br_on_null $end
        struct.get $node 0
        local.get $length
        i32.const 1
        i32.add
        local.set $length
        br $next
      end
    end
    local.get $length)
  (func $make (param i32) (result (ref $point3))
    local.get 0
    if (result (ref $point3))
      i32.const 1
      i64.const 2
      struct.new $point4
    else
      i32.const 1
      struct.new $point3
    end)
  (func (export "cast_ok") (result i32)
    i32.const 1
    call $make
    ref.cast (ref $point4)
    struct.get $point4 0)
  (func (export "cast_wrong") (result i32)
    i32.const 0
    call $make
    ref.cast (ref $point4)
    struct.get $point4 0)
  (func (export "test_types") (param i32) (result i32)
    local.get 0
    call $make
    ref.test (ref $point4))
  (func (export "null_field") (result i32)
    ref.null $point
    struct.get $point $x)
  (func (export "array_index") (param i32) (result i32)
    i32.const 10
    i32.const 20
    i32.const 30
    array.new_fixed $numbers 3
    local.get 0
    array.get $numbers)
  (func (export "i31") (param i32) (result i32)
    local.get 0
    ref.i31
    i31.get_s
    local.get 0
    ref.i31
    i31.get_u
    i32.add)
  (func (export "extern_round_trip") (result i32)
    i32.const 3
    ref.i31
    extern.convert_any
    any.convert_extern
    ref.test (ref i31))
  (func (export "same") (result i32)
    (local (ref null $point))
    struct.new_default $point
    local.tee 0
    local.get 0
    ref.eq)
  (func (export "as_non_null") (result i32)
    ref.null $point
    ref.as_non_null
    struct.get $point $y)
  (func (export "packed") (result i32 i32)
    (local (ref null $packed))
    i32.const 255
    struct.new $packed
    local.tee 0
    struct.get_s $packed 0
    local.get 0
    struct.get_u $packed 0))
