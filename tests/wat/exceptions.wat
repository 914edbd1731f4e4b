;; try_table with every kind of clause, throw in the callee, rethrow, and what nobody catches.
;;
;; `catch_value n`: block (result i32), try_table (result i32) (catch $e 0), local.get, call
;; $throws_odd, end, end. `throws_odd`: get, const, and, if, [get, throw], end, const.
;; Even, n = 4: the callee: get, const, and, if, const: wasmtime 1 + 5, unit 5 + final end = 6.
;; The caller: wasmtime 1 + try_table + get + call = 4; unit block, try_table, get, call, end of
;; try_table, end of block, final end = 7. Together wasmtime 10, unit 13.
;; Odd, n = 5: the callee: get, const, and, if, get, throw: wasmtime 1 + 6, unit 6. The caller
;; catches, and goes to the block's label, so only the final end: unit block, try_table, get, call, final
;; end = 5; wasmtime 4. Together wasmtime 11, unit 11.
;; run: catch_value 4 -> 1000
;; fuel: wasmtime=10 unit=13
;; run: catch_value 5 -> 5
;; fuel: wasmtime=11 unit=11
;;
;; `throw_here`: in one function: block, try_table, const, throw. wasmtime 1 + try_table + const +
;; throw = 4, and the catching block gives the result. unit: 4 + final end = 5.
;; run: throw_here -> 3
;; fuel: wasmtime=4 unit=5
;;
;; run: catch_ref_value 5 -> 5
;; run: catch_all 5 -> -1
;; run: catch_all 4 -> 1000
;; run: catch_all_ref 5 -> -1
;; run: nested_inner 5 -> 105
;; run: nested_outer 5 -> 205
;; run: rethrow 5 -> 5
;; run: rethrow 4 -> 1000
;; run: uncaught 5 -> exception
;; run: uncaught 4 -> 1000
;; run: throw_ref_null -> trap NullReference
;; run: several_values 5 -> 5 50 4
;; run: to_loop 3 -> 3
;; run: same_label 1 -> 1
;; run: same_label 2 -> 1
;; run: same_label 3 -> 1
;; run: same_label 0 -> 0
;; run: to_function 5 -> 5
;; run: through_frames 10 -> 10
;; run: with_parameters 4 -> 1001
;; run: rethrow_loop 5 -> 5
;; run: branch_out_of_try 1 -> 17
;; run: branch_out_of_try 0 -> 18
;; run: return_out_of_try -> 19
;; run: caught_in_middle 6 -> 42
;;
;; After an exception that escapes, the instance goes on as usual.
;; run: uncaught 5 -> exception
;; then: uncaught 4 -> 1000
;; then: catch_value 5 -> 5
(module
  (tag $e (param i32))
  (tag $pair (param i32 i64))
  (tag $empty)
  (func $throws_odd (param i32) (result i32)
    local.get 0
    i32.const 1
    i32.and
    if
      local.get 0
      throw $e
    end
    i32.const 1000)
  (func (export "catch_value") (param i32) (result i32)
    block (result i32)
      try_table (result i32) (catch $e 0)
        local.get 0
        call $throws_odd
      end
    end)
  (func (export "throw_here") (result i32)
    block (result i32)
      try_table (catch $e 0)
        i32.const 3
        throw $e
      end
      i32.const 4
    end)
  (func (export "catch_ref_value") (param i32) (result i32)
    block (result i32 exnref)
      try_table (result i32) (catch_ref $e 0)
        local.get 0
        call $throws_odd
      end
      return
    end
    drop)
  (func (export "catch_all") (param i32) (result i32)
    block
      try_table (catch_all 0)
        local.get 0
        call $throws_odd
        return
      end
    end
    i32.const -1)
  (func (export "catch_all_ref") (param i32) (result i32)
    block (result exnref)
      try_table (catch_all_ref 0)
        local.get 0
        call $throws_odd
        return
      end
      unreachable
    end
    drop
    i32.const -1)
  ;; The inner clause catches.
  (func (export "nested_inner") (param i32) (result i32)
    block $outer (result i32)
      try_table (result i32) (catch $e $outer)
        block $inner (result i32)
          try_table (result i32) (catch $e $inner)
            local.get 0
            call $throws_odd
          end
        end
        i32.const 100
        i32.add
      end
    end)
  ;; The inner clauses do not match, the outer one does.
  (func (export "nested_outer") (param i32) (result i32)
    block $outer (result i32)
      try_table (result i32) (catch $e $outer)
        block $inner
          try_table (catch $empty $inner)
            local.get 0
            call $throws_odd
            return
          end
        end
        i32.const 7
        return
      end
    end
    i32.const 200
    i32.add)
  (func $rethrows (param i32) (result i32)
    block $caught (result exnref)
      try_table (catch_all_ref $caught)
        local.get 0
        call $throws_odd
        return
      end
      unreachable
    end
    throw_ref)
  (func (export "rethrow") (param i32) (result i32)
    block (result i32)
      try_table (result i32) (catch $e 0)
        local.get 0
        call $rethrows
      end
    end)
  (func (export "uncaught") (param i32) (result i32)
    local.get 0
    call $throws_odd)
  (func (export "throw_ref_null") (result i32)
    ref.null exn
    throw_ref)
  (func $throws_pair (param i32)
    local.get 0
    local.get 0
    i32.const 10
    i32.mul
    i64.extend_i32_s
    throw $pair)
  (func (export "several_values") (param i32) (result i32 i64 i32)
    block (result i32 i64)
      try_table (catch $pair 0)
        local.get 0
        call $throws_pair
      end
      i32.const 0
      i64.const 0
    end
    i32.const 4)
  ;; The clause's label is a loop: an exception starts the next round.
  (func (export "to_loop") (param $n i32) (result i32)
    (local $rounds i32)
    block $done
      loop $again
        local.get $rounds
        local.get $n
        i32.eq
        br_if $done
        local.get $rounds
        i32.const 1
        i32.add
        local.set $rounds
        try_table (catch_all $again)
          throw $empty
        end
      end
    end
    local.get $rounds)
  (func $throws_kind (param i32)
    block
      block
        block
          block
            local.get 0
            br_table 0 1 2 3
          end
          return
        end
        i32.const 1
        throw $e
      end
      throw $empty
    end
    i32.const 1
    i64.const 2
    throw $pair)
  ;; Several clauses lead to one label.
  (func (export "same_label") (param i32) (result i32)
    block $any
      block $drop_two (result i32 i64)
        block $drop_one (result i32)
          try_table (catch $e $drop_one) (catch $pair $drop_two) (catch $empty $any)
            (catch_all $any)
            local.get 0
            call $throws_kind
          end
          i32.const 0
          return
        end
        drop
        br $any
      end
      drop
      drop
    end
    i32.const 1)
  (func (export "to_function") (param i32) (result i32)
    try_table (result i32) (catch $e 0)
      local.get 0
      call $throws_odd
    end)
  (func $throw_after (param i32) (result i32)
    local.get 0
    i32.eqz
    if
      i32.const 10
      throw $e
    end
    local.get 0
    i32.const 1
    i32.sub
    call $throw_after
    i32.const 1
    i32.add)
  (func (export "through_frames") (param i32) (result i32)
    block (result i32)
      try_table (result i32) (catch $e 0)
        local.get 0
        call $throw_after
      end
    end)
  (func (export "with_parameters") (param i32) (result i32)
    block $caught (result i32)
      i32.const 1
      local.get 0
      try_table (param i32 i32) (result i32) (catch $e $caught)
        call $throws_odd
        i32.add
      end
    end)
  ;; Throws the same exception around a loop until the counter is zero.
  (func (export "rethrow_loop") (param $n i32) (result i32)
    (local $exception exnref) (local $rounds i32)
    block $first (result exnref)
      try_table (catch_all_ref $first)
        throw $empty
      end
      unreachable
    end
    local.set $exception
    loop $again
      block $caught (result exnref)
        try_table (catch_ref $empty $caught)
          local.get $exception
          throw_ref
        end
        unreachable
      end
      local.set $exception
      local.get $rounds
      i32.const 1
      i32.add
      local.tee $rounds
      local.get $n
      i32.lt_u
      br_if $again
    end
    local.get $rounds)
  (func (export "branch_out_of_try") (param i32) (result i32)
    block $out
      try_table (catch_all $out)
        local.get 0
        br_if $out
        i32.const 18
        return
      end
    end
    i32.const 17)
  (func (export "return_out_of_try") (result i32)
    block $out
      try_table (catch_all $out)
        i32.const 19
        return
      end
    end
    i32.const 0)
  ;; Every level of the recursion catches and throws again, until level 3 keeps it.
  (func $levels (param $n i32) (result i32)
    block $caught (result i32)
      local.get $n
      i32.eqz
      if
        i32.const 39
        throw $e
      end
      try_table (catch $e $caught)
        local.get $n
        i32.const 1
        i32.sub
        call $levels
        return
      end
      unreachable
    end
    i32.const 1
    i32.add
    local.get $n
    i32.const 3
    i32.lt_u
    if (param i32) (result i32)
      throw $e
    end)
  (func (export "caught_in_middle") (param i32) (result i32)
    local.get 0
    call $levels))
