;; Blocks that take parameters and give several results.
;;
;; run: swap 1 2 -> 2 1
;; run: three 0 -> 1 2 3
;; run: three 1 -> 1 2 4
;;
;; `three 1`: i32.const x 2, block, i32.const, local.get, br_if = 6; taken: jumps past `end`.
;; wasmtime: entering 1, const 2, const 1, get 1, br_if 1 = 6 (block is free). unit: 6 + final
;; end = 7.
;; run: three 1 -> 1 2 4
;; fuel: wasmtime=6 unit=7
;; Not taken, it goes on: drop (free), i32.const 3, and falls into `end`.
;; wasmtime: 6 + 1 = 7. unit: 6 + drop + const + end + final end = 10.
;; run: three 0 -> 1 2 3
;; fuel: wasmtime=7 unit=10
;;
;; `deep`: a branch over three levels carries two values out of nested blocks.
;; run: deep 0 -> 10 20
;; run: deep 1 -> 11 21
;; run: deep 2 -> 12 22
;; run: deep 3 -> 13 23
(module
  (type $swap (func (param i32 i32) (result i32 i32)))
  (func (export "swap") (param i32 i32) (result i32 i32)
    (local $a i32) (local $b i32)
    local.get 0
    local.get 1
    block (type $swap)
      local.set $b
      local.set $a
      local.get $b
      local.get $a
    end)
  (func (export "three") (param i32) (result i32 i32 i32)
    i32.const 1
    i32.const 2
    block (param i32 i32) (result i32 i32 i32)
      i32.const 4
      local.get 0
      br_if 0
      drop
      i32.const 3
    end)
  (func (export "deep") (param i32) (result i32 i32)
    block (result i32 i32)
      block (result i32 i32)
        block (result i32 i32)
          i32.const 13
          i32.const 23
          local.get 0
          i32.const 3
          i32.eq
          br_if 3
          drop
          drop
          i32.const 12
          i32.const 22
          local.get 0
          i32.const 2
          i32.eq
          br_if 2
          drop
          drop
          i32.const 11
          i32.const 21
          local.get 0
          i32.const 1
          i32.eq
          br_if 1
          drop
          drop
          i32.const 10
          i32.const 20
        end
      end
    end))
