;; What the arms of an `if` cost, with and without `else`, with parameters and results.
;;
;; `both`: local.get, if = 2. Then arm: nop, then it falls into `else`, which it executes, and
;; jumps past the `end`. Else arm: nop, and it falls into the `end`.
;; wasmtime: entering 1 + 2, nothing else costs: 3 both ways.
;; unit: then: 2 + nop + else + final end = 5. Else: 2 + nop + end + final end = 5.
;; run: both 1
;; fuel: wasmtime=3 unit=5
;; run: both 0
;; fuel: wasmtime=3 unit=5
;;
;; `one_arm`: local.get, if, [i32.const, global.set], end. Not taken, `if` jumps past its `end`.
;; wasmtime: not taken 3, taken 5. unit: not taken 2 + final end = 3, taken 2 + 2 + end + final
;; end = 6.
;; run: one_arm 0
;; fuel: wasmtime=3 unit=3
;; run: one_arm 1
;; fuel: wasmtime=5 unit=6
;;
;; `with_parameter`: i32.const, local.get, if (param i32) (result i32), [i32.const, i32.mul], end.
;; The parameter is the result when the arm is not taken.
;; wasmtime: 1 + 3 = 4 or 6. unit: 3 + final end = 4, or 3 + 2 + end + final end = 7.
;; run: with_parameter 0 -> 5
;; fuel: wasmtime=4 unit=4
;; run: with_parameter 1 -> 50
;; fuel: wasmtime=6 unit=7
;;
;; `two_parameters`: swaps or adds.
;; run: two_parameters 3 4 1 -> 7 3
;; run: two_parameters 3 4 0 -> 12 4
;;
;; `leaves_by_branch`: both arms branch out, so the `end` is never executed and the code behind it
;; is reached by the branches alone. Each arm: i32.const, br 0 to the `if` label.
;; wasmtime: 1 + local.get, if, i32.const, br = 5. unit: 4 + final end = 5, both ways.
;; run: leaves_by_branch 1 -> 10
;; fuel: wasmtime=5 unit=5
;; run: leaves_by_branch 0 -> 20
;; fuel: wasmtime=5 unit=5
;;
;; `empty_arms`: if else end with nothing inside. wasmtime 3.
;; unit: taken: local.get, if, else, final end = 4. Not taken: local.get, if, end, final end = 4.
;; run: empty_arms 1
;; fuel: wasmtime=3 unit=4
;; run: empty_arms 0
;; fuel: wasmtime=3 unit=4
(module
  (global $g (mut i32) (i32.const 0))
  (func (export "both") (param i32)
    local.get 0
    if
      nop
    else
      nop
    end)
  (func (export "one_arm") (param i32)
    local.get 0
    if
      i32.const 1
      global.set $g
    end)
  (func (export "with_parameter") (param i32) (result i32)
    i32.const 5
    local.get 0
    if (param i32) (result i32)
      i32.const 10
      i32.mul
    end)
  (func (export "two_parameters") (param i32 i32 i32) (result i32 i32)
    local.get 0
    local.get 1
    local.get 2
    if (param i32 i32) (result i32 i32)
      i32.add
      local.get 0
    else
      i32.mul
      local.get 1
    end)
  (func (export "leaves_by_branch") (param i32) (result i32)
    local.get 0
    if (result i32)
      i32.const 10
      br 0
    else
      i32.const 20
      br 0
    end)
  (func (export "empty_arms") (param i32)
    local.get 0
    if
    else
    end))
