;; br_on_cast and br_on_cast_fail: each both ways, with a value beside the reference, and to a
;; loop.
;; run: cast_i31 -> 7
;; run: cast_struct -> -1
;; run: cast_null -> -1
;; run: cast_fail_i31 -> 7
;; run: cast_fail_struct -> -2
;; run: beside_i31 -> 3 7
;; run: beside_struct -> 4 -1
;; run: walk 10 -> 55
;; run: nullable_cast -> 1
;;
;; `cast_i31`: const, ref.i31, call = 3 and in `cast`: block, get, br_on_cast (taken), i31.get_s,
;; end. wasmtime: 1 + 3 + 1 + get + br + i31.get_s = 8. unit: 3 + final end + block + 3 + final
;; end = 9.
;; run: cast_i31 -> 7
;; fuel: wasmtime=8 unit=9
;; `cast_struct`: struct.new_default, call = 2 and in `cast`: block, get, br_on_cast (not taken),
;; drop, const, return. wasmtime: 1 + 2 + 1 + get + br + const = 7. unit: 2 + final end + block +
;; get + br + drop + const + return = 9.
;; run: cast_struct -> -1
;; fuel: wasmtime=7 unit=9
(module
  (type $empty (struct))
  (type $list (struct (field i32) (field anyref)))
  (func $cast (param anyref) (result i32)
    block $is_i31 (result (ref i31))
      local.get 0
      br_on_cast $is_i31 anyref (ref i31)
      drop
      i32.const -1
      return
    end
    i31.get_s)
  (func (export "cast_i31") (result i32)
    i32.const 7
    ref.i31
    call $cast)
  (func (export "cast_struct") (result i32)
    struct.new_default $empty
    call $cast)
  (func (export "cast_null") (result i32)
    ref.null any
    call $cast)
  (func $cast_fail (param anyref) (result i32)
    block $no_i31 (result anyref)
      local.get 0
      br_on_cast_fail $no_i31 anyref (ref i31)
      i31.get_s
      return
    end
    drop
    i32.const -2)
  (func (export "cast_fail_i31") (result i32)
    i32.const 7
    ref.i31
    call $cast_fail)
  (func (export "cast_fail_struct") (result i32)
    struct.new_default $empty
    call $cast_fail)
  (func $beside (param anyref) (result i32 i32)
    block $is_i31 (result i32 (ref i31))
      i32.const 3
      local.get 0
      br_on_cast $is_i31 anyref (ref i31)
      drop
      i32.const 1
      i32.add
      i32.const -1
      return
    end
    i31.get_s)
  (func (export "beside_i31") (result i32 i32)
    i32.const 7
    ref.i31
    call $beside)
  (func (export "beside_struct") (result i32 i32)
    struct.new_default $empty
    call $beside)
  (func (export "nullable_cast") (result i32)
    block $null_or_i31 (result (ref null i31))
      ref.null any
      br_on_cast $null_or_i31 anyref (ref null i31)
      drop
      i32.const 0
      return
    end
    ref.is_null)
  (func $build (param $n i32) (result anyref)
    (local $list anyref)
    loop
      local.get $n
      local.get $list
      struct.new $list
      local.set $list
      local.get $n
      i32.const 1
      i32.sub
      local.tee $n
      br_if 0
    end
    local.get $list)
  ;; The loop's parameter is the rest of the list: br_on_cast goes back to the loop.
  (func (export "walk") (param $n i32) (result i32)
    (local $sum i32) (local $item (ref null $list))
    local.get $n
    call $build
    ref.cast (ref $list)
    loop $next (param (ref $list))
      local.tee $item
      struct.get $list 0
      local.get $sum
      i32.add
      local.set $sum
      local.get $item
      struct.get $list 1
      br_on_cast $next anyref (ref $list)
      drop
    end
    local.get $sum))
