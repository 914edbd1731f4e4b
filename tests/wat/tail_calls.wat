;; return_call, return_call_indirect and return_call_ref: a tail call ends the activation, so a
;; million of them run in one frame. Every callee's entry is charged.
;;
;; `even n`: local.get, i32.eqz, if, [const, return], end, local.get, const, sub, return_call.
;; A round that goes on: get, eqz, if, get, const, sub, return_call = 7 operators and an entry.
;; The last round: get, eqz, if, const, return: wasmtime 1 + 4, unit 5.
;; wasmtime: 8 n + 5. unit: 7 n + 5 (the not-taken `if` jumps past its `end`).
;; run: even 10 -> 1
;; fuel: wasmtime=85 unit=75
;; run: even 7 -> 0
;; fuel: wasmtime=61 unit=54
;; run: even 100000 -> 1
;; fuel: wasmtime=800005 unit=700005
;; run: odd 7 -> 1
;; run: indirect_even 9 -> 0
;; run: indirect_even 10 -> 1
;; run: by_reference 1000 -> 500500
;; run: from_try 5 -> 6
;; run: other_results 3 -> 3 4
;;
;; `tail_of_import`: the host function costs its `return_call` alone. wasmtime 1 + 1, unit 1.
;; run: tail_of_import -> 0
;; fuel: wasmtime=2 unit=1
;;
;; run: indirect_null -> trap IndirectCallToNull
;; run: indirect_type -> trap BadSignature
;; run: indirect_bounds -> trap TableOutOfBounds
;; run: reference_null -> trap NullReference
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (memory (export "memory") 1)
  (type $parity (func (param i32) (result i32)))
  (type $sum (func (param i32 i32) (result i32)))
  (table $table funcref (elem $indirect_even $indirect_odd $yield $add_down))
  (table $empty 2 funcref)
  (elem declare func $add_down)
  (func $even (export "even") (param i32) (result i32)
    local.get 0
    i32.eqz
    if
      i32.const 1
      return
    end
    local.get 0
    i32.const 1
    i32.sub
    return_call $odd)
  (func $odd (export "odd") (param i32) (result i32)
    local.get 0
    i32.eqz
    if
      i32.const 0
      return
    end
    local.get 0
    i32.const 1
    i32.sub
    return_call $even)
  (func $indirect_even (export "indirect_even") (param i32) (result i32)
    local.get 0
    if (result i32)
      local.get 0
      i32.const 1
      i32.sub
      i32.const 1
      return_call_indirect $table (type $parity)
    else
      i32.const 1
    end)
  (func $indirect_odd (param i32) (result i32)
    block $zero
      local.get 0
      i32.eqz
      br_if $zero
      local.get 0
      i32.const 1
      i32.sub
      i32.const 0
      return_call_indirect $table (type $parity)
    end
    i32.const 0)
  (func $add_down (param $n i32) (param $sum i32) (result i32)
    local.get $n
    i32.eqz
    if
      local.get $sum
      return
    end
    local.get $n
    i32.const 1
    i32.sub
    local.get $sum
    local.get $n
    i32.add
    ref.func $add_down
    return_call_ref $sum)
  (func (export "by_reference") (param i32) (result i32)
    local.get 0
    i32.const 0
    ref.func $add_down
    return_call_ref $sum)
  (func $increment (param i32) (result i32)
    local.get 0
    i32.const 1
    i32.add)
  (func (export "from_try") (param i32) (result i32)
    block $caught
      try_table (catch_all $caught)
        local.get 0
        return_call $increment
      end
    end
    i32.const -1)
  (func $pair (param i32) (result i32 i32)
    local.get 0
    local.get 0
    i32.const 1
    i32.add)
  (func (export "other_results") (param i32) (result i32 i32)
    local.get 0
    return_call $pair)
  (func (export "tail_of_import") (result i32)
    return_call $yield)
  (func (export "indirect_null") (result i32)
    i32.const 1
    i32.const 0
    return_call_indirect $empty (type $parity))
  (func (export "indirect_type") (result i32)
    i32.const 1
    i32.const 3
    return_call_indirect $table (type $parity))
  (func (export "indirect_bounds") (result i32)
    i32.const 1
    i32.const 99
    return_call_indirect $table (type $parity))
  (func (export "reference_null") (result i32)
    i32.const 1
    i32.const 2
    ref.null $sum
    return_call_ref $sum))
