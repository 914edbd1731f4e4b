;; br_on_null and br_on_non_null: both ways, with values beside the reference.
;;
;; `is_null`: block, local.get, br_on_null 0, drop, const 0, return, end, const 1, end.
;; wasmtime: null: 1 + get + br_on_null + const = 4; not null: the same 4.
;; unit: null: block, get, br_on_null, const, final end = 5; not null: block, get, br, drop,
;; const, return = 6.
;; run: is_null null -> 1
;; fuel: wasmtime=4 unit=5
;; run: is_null_of_function -> 0
;;
;; run: values_beside_null -> 11 22
;; run: values_beside_function -> 11 23
;;
;; run: non_null_falls_through -> 5
;; run: non_null_branches -> 42
;; run: non_null_to_loop 3 -> 3
(module
  (type $unary (func (result i32)))
  (type $nothing (func))
  (elem declare func $forty_two)
  (func $forty_two (type $unary) i32.const 42)
  (func $is_null (export "is_null") (param funcref) (result i32)
    block
      local.get 0
      br_on_null 0
      drop
      i32.const 0
      return
    end
    i32.const 1)
  (func (export "is_null_of_function") (result i32)
    ref.func $forty_two
    call $is_null)
  (func $beside (param funcref) (result i32 i32)
    block (result i32 i32)
      i32.const 11
      i32.const 22
      local.get 0
      br_on_null 0
      drop
      i32.const 1
      i32.add
    end)
  (func (export "values_beside_null") (result i32 i32)
    ref.null func
    call $beside)
  (func (export "values_beside_function") (result i32 i32)
    ref.func $forty_two
    call $beside)
  (func $call_or (param (ref null $unary)) (result i32)
    block $there (result (ref $unary))
      local.get 0
      br_on_non_null $there
      i32.const 5
      return
    end
    call_ref $unary)
  (func (export "non_null_falls_through") (result i32)
    ref.null $unary
    call $call_or)
  (func (export "non_null_branches") (result i32)
    ref.func $forty_two
    call $call_or)
  (func (export "non_null_to_loop") (param $n i32) (result i32)
    (local $rounds i32)
    ref.func $forty_two
    loop $again (param (ref $unary))
      drop
      local.get $rounds
      i32.const 1
      i32.add
      local.tee $rounds
      local.get $n
      i32.lt_u
      if (result (ref null $unary))
        ref.func $forty_two
      else
        ref.null $unary
      end
      br_on_non_null $again
    end
    local.get $rounds))
