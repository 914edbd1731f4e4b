;; br_if that carries values: to a block, to a loop with parameters, to the function's label.
;;
;; `to_block n`: i32.const 7, local.get, br_if 0 | drop, i32.const 8, end.
;; wasmtime: taken 1 + 3 = 4; not taken 1 + 3 + 1 = 5. unit: taken block + 3 + final end = 5; not
;; taken block + 3 + drop + const + end + final end = 8.
;; run: to_block 1 -> 7
;; fuel: wasmtime=4 unit=5
;; run: to_block 0 -> 8
;; fuel: wasmtime=5 unit=8
;;
;; `to_function n`: the branch leaves the function with the value, without its `end`.
;; wasmtime: taken 1 + 3; not taken 1 + 3 + const = 5. unit: taken 3; not taken 3 + drop + const +
;; end = 6.
;; run: to_function 1 -> 7
;; fuel: wasmtime=4 unit=3
;; run: to_function 0 -> 9
;; fuel: wasmtime=5 unit=6
;;
;; `power n`: the loop's parameter is doubled n times: i32.const 1, loop (param i32) (result i32),
;; Its body is i32.const, i32.mul, local.get, i32.const, i32.sub, local.tee, br_if = 7.
;; wasmtime: 1 + 1 + 7 n = 72 for n = 10. unit: const + loop + 7 n + end + final end = 74.
;; run: power 10 -> 1024
;; fuel: wasmtime=72 unit=74
;;
;; run: fibonacci 10 -> 55 89
;; run: fibonacci 1 -> 1 1
(module
  (func (export "to_block") (param i32) (result i32)
    block (result i32)
      i32.const 7
      local.get 0
      br_if 0
      drop
      i32.const 8
    end)
  (func (export "to_function") (param i32) (result i32)
    i32.const 7
    local.get 0
    br_if 0
    drop
    i32.const 9)
  (func (export "power") (param i32) (result i32)
    i32.const 1
    loop (param i32) (result i32)
      i32.const 2
      i32.mul
      local.get 0
      i32.const 1
      i32.sub
      local.tee 0
      br_if 0
    end)
  (func (export "fibonacci") (param $n i32) (result i64 i64)
    (local $a i64) (local $b i64)
    i64.const 0
    i64.const 1
    loop (param i64 i64) (result i64 i64)
      local.set $b
      local.set $a
      local.get $b
      local.get $a
      local.get $b
      i64.add
      local.get $n
      i32.const 1
      i32.sub
      local.tee $n
      br_if 0
    end))
