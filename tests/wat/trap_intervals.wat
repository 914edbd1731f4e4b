;; Traps at operators that several paths of one region lead to: the total is an interval that
;; contains the truth, and its ends are derived by hand here.
;;
;; `after_if c`: get, if, then arm 3 consts and drops, else arm nothing; then const, const, div_s.
;; Both arms lead to the trap. wasmtime: 1 + 2 + (3 or 0) + 3 = 9 or 6. unit: the arm: 3 consts,
;; 3 drops, `end` = 7 or none (jumps past `end`): 2 + 7 + 3 = 12 or 5.
;; run: after_if 1 -> trap IntegerDivisionByZero
;; fuel: wasmtime=6..9 unit=5..12
;; run: after_if 0 -> trap IntegerDivisionByZero
;; fuel: wasmtime=6..9 unit=5..12
;;
;; `cheap_or_dear n`: one of four arms through a br_table, then a load.
;; run: cheap_or_dear 0 -> trap MemoryOutOfBounds
;; run: cheap_or_dear 3 -> trap MemoryOutOfBounds
;; run: cheap_or_dear 9 -> trap MemoryOutOfBounds
;;
;; In a caught frame: only the frame that traps is open.
;; run: after_calls 1 -> trap IntegerDivisionByZero
;; run: bulk_between 1 100 -> trap IntegerDivisionByZero
;; run: bulk_between 0 100 -> trap IntegerDivisionByZero
(module
  (memory 1)
  (func $after_if (export "after_if") (param i32) (result i32)
    local.get 0
    if
      i32.const 1
      drop
      i32.const 2
      drop
      i32.const 3
      drop
    end
    i32.const 1
    i32.const 0
    i32.div_s)
  (func (export "cheap_or_dear") (param i32) (result i32)
    block
      block
        block
          block
            local.get 0
            br_table 0 1 2 3
          end
          i32.const 1
          drop
        end
        i32.const 1
        drop
      end
      i32.const 1
      drop
    end
    i32.const -1
    i32.load)
  (func (export "after_calls") (param i32) (result i32)
    local.get 0
    if
      nop
    else
      nop
      nop
    end
    local.get 0
    call $after_if)
  ;; The site's event tells that the bulk operator ran, and so which arm was taken.
  (func (export "bulk_between") (param i32 i32) (result i32)
    local.get 0
    if
      i32.const 0
      i32.const 0
      local.get 1
      memory.fill
    else
      nop
    end
    i32.const 1
    i32.const 0
    i32.div_u))
