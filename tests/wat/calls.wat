;; Direct calls: recursion, calls in loops and between branches, many results, imports.
;;
;; `factorial n`: get, eqz, if, [const] else [get, get, const, sub, call, mul], end.
;; n > 0: 3 + 6 = 9 operators; n = 0: 3 + const = 4.
;; wasmtime: 10 n + 5. unit: n > 0: 9 + end of `if` + final end = 11; n = 0: 4 + else + final end
;; = 6. n = 5: 55 and 61.
;; run: factorial 5 -> 120
;; fuel: wasmtime=55 unit=61
;;
;; `yield`: the call of the host costs the `call` alone. call, final end.
;; run: yield -> 0
;; fuel: wasmtime=2 unit=2
;;
;; run: fibonacci 15 -> 610
;; run: call_between_branches 1 -> 12
;; run: call_between_branches 0 -> 22
;; run: many -> 1 2 3 4 5
;; run: ackermann 2 3 -> 9
;; run: exit_from_depth 20 -> exit 7
;; run: return_deep 3 -> 33
;; run: mutual 10 -> 1
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $factorial (export "factorial") (param i64) (result i64)
    local.get 0
    i64.eqz
    if (result i64)
      i64.const 1
    else
      local.get 0
      local.get 0
      i64.const 1
      i64.sub
      call $factorial
      i64.mul
    end)
  (func (export "yield") (result i32)
    call $yield)
  (func $fibonacci (export "fibonacci") (param i32) (result i32)
    local.get 0
    i32.const 2
    i32.lt_u
    if
      local.get 0
      return
    end
    local.get 0
    i32.const 1
    i32.sub
    call $fibonacci
    local.get 0
    i32.const 2
    i32.sub
    call $fibonacci
    i32.add)
  (func $two (result i32)
    i32.const 2)
  (func (export "call_between_branches") (param i32) (result i32)
    local.get 0
    if (result i32)
      i32.const 10
      call $two
      i32.add
    else
      i32.const 20
      call $two
      call $yield
      i32.add
      i32.add
    end
    nop)
  (func $three (result i32 i32 i32)
    i32.const 1
    i32.const 2
    i32.const 3)
  (func (export "many") (result i32 i32 i32 i32 i32)
    call $three
    i32.const 4
    i32.const 5)
  (func $ackermann (export "ackermann") (param i32 i32) (result i32)
    local.get 0
    i32.eqz
    if
      local.get 1
      i32.const 1
      i32.add
      return
    end
    local.get 0
    i32.const 1
    i32.sub
    local.get 1
    if (result i32)
      local.get 0
      local.get 1
      i32.const 1
      i32.sub
      call $ackermann
    else
      i32.const 1
    end
    call $ackermann)
  (func $exit_from_depth (export "exit_from_depth") (param i32)
    local.get 0
    i32.eqz
    if
      i32.const 7
      call $exit
      unreachable
    end
    local.get 0
    i32.const 1
    i32.sub
    call $exit_from_depth)
  (func (export "return_deep") (param i32) (result i32)
    block
      loop
        block
          block
            local.get 0
            i32.const 3
            i32.eq
            if
              i32.const 33
              return
            end
            br 1
          end
        end
      end
    end
    i32.const 0)
  (func $even (export "mutual") (param i32) (result i32)
    local.get 0
    if (result i32)
      local.get 0
      i32.const 1
      i32.sub
      call $odd
    else
      i32.const 1
    end)
  (func $odd (param i32) (result i32)
    local.get 0
    if (result i32)
      local.get 0
      i32.const 1
      i32.sub
      call $even
    else
      i32.const 0
    end))
