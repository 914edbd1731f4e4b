;; Code that nothing reaches costs nothing, whatever it contains.
;;
;; `after_return`: const, return. wasmtime 2, unit 2.
;; run: after_return -> 1
;; fuel: wasmtime=2 unit=2
;; `after_branch`: block, const, br. The block's `end` is jumped past; behind it `end`.
;; wasmtime: 1 + const + br = 3. unit: block + const + br + final end = 4.
;; run: after_branch -> 2
;; fuel: wasmtime=3 unit=4
;; `after_endless`: the loop is left by `return` alone, what follows it is dead.
;; loop, const, return: wasmtime 2, unit 3.
;; run: after_endless -> 3
;; fuel: wasmtime=2 unit=3
;; `after_br_table`: block, const, const, br_table. wasmtime 4, unit 4 + final end.
;; run: after_br_table -> 4
;; fuel: wasmtime=4 unit=5
;; `dead_arm`: what is behind `unreachable` is dead, and the trap is exact: the operator itself is
;; free in wasmtime and 1 in unit. local.get, if, unreachable.
;; run: dead_arm 1 -> trap UnreachableCodeReached
;; fuel: wasmtime=3 unit=3
;; Not taken: get, if, else arm: const; end of `if`, final end. wasmtime 4, unit 5.
;; run: dead_arm 0 -> 6
;; fuel: wasmtime=4 unit=5
;; run: dead_loop -> 7
;; run: dead_function_tail -> 8
;; run: dead_try -> 9
(module
  (tag $e)
  (memory 1)
  (func (export "after_return") (result i32)
    i32.const 1
    return
    loop
      br 0
    end
    block
      i32.const 5
      if
        br 1
      else
        unreachable
      end
    end
    i32.add
    drop
    call 0
    i32.const 0
    i32.const 0
    i32.const 100
    memory.copy)
  (func (export "after_branch") (result i32)
    block (result i32)
      i32.const 2
      br 0
      block
        loop
          i32.const 1
          br_if 1
          br 0
        end
        i32.const 0
        br_table 0 0
      end
      i32.const 4
      i32.mul
    end)
  (func (export "after_endless") (result i32)
    loop
      i32.const 3
      return
    end
    i32.const 9
    i32.const 10
    br_if 0
    if (result i32)
      i32.const 1
    else
      i32.const 2
    end)
  (func (export "after_br_table") (result i32)
    block (result i32)
      i32.const 4
      i32.const 0
      br_table 0 0
      i32.load
      block
        try_table (catch_all 0)
          throw $e
        end
      end
    end)
  (func (export "dead_arm") (param i32) (result i32)
    local.get 0
    if (result i32)
      unreachable
      i32.const 1
      i32.add
    else
      i32.const 6
    end)
  (func (export "dead_loop") (result i32)
    block $out (result i32)
      i32.const 7
      br $out
      loop (param i32) (result i32)
        i32.const 1
        br_if 0
        br $out
      end
    end)
  (func (export "dead_function_tail") (result i32)
    i32.const 8
    br 0
    return_call 0)
  (func (export "dead_try") (result i32)
    i32.const 9
    return
    block $a (result exnref)
      try_table (catch_all_ref $a)
        throw $e
      end
      unreachable
    end
    throw_ref))
