;; Every trap that an operator in the middle of a straight line can raise. The frame's path up to
;; the trap is known only as far as the last event, so the total is an interval or, where one
;; prefix alone is possible, exact. Each function has one block, so here every total is exact:
;; everything before the trapping operator and the operator itself.
;;
;; `divide n`: const, get, div_s. wasmtime 1 + 3; unit 3.
;; run: divide 0 -> trap IntegerDivisionByZero
;; fuel: wasmtime=4 unit=3
;; run: divide 5 -> 2
;; fuel: wasmtime=4 unit=4
;; run: remainder_unsigned 0 -> trap IntegerDivisionByZero
;; run: overflow -1 -> trap IntegerOverflow
;; run: truncate nan -> trap BadConversionToInteger
;; run: truncate 1e30 -> trap IntegerOverflow
;; run: load 65533 -> trap MemoryOutOfBounds
;; run: load -1 -> trap MemoryOutOfBounds
;; run: store 65535 -> trap MemoryOutOfBounds
;; run: far_load 0 -> trap MemoryOutOfBounds
;; run: table_get 3 -> trap TableOutOfBounds
;; run: table_set 3 -> trap TableOutOfBounds
;;
;; `after_loop n`: a loop of n iterations, 5 operators each, then const, const, div_u.
;; wasmtime: 1 + 5 n + 3; unit: loop + 5 n + end + 3.
;; run: after_loop 1000 -> trap IntegerDivisionByZero
;; fuel: wasmtime=5004 unit=5005
;;
;; `in_loop`: divides 100 by 3, 2, 1, 0. Three rounds are complete: const, get, div, drop, get,
;; const, sub, set, br = 9, of which `drop` is free in wasmtime. The last has const, get, div.
;; wasmtime: 1 + 3 x 8 + 3 = 28. unit: loop + 3 x 9 + 3 = 31.
;; run: in_loop 3 -> trap IntegerDivisionByZero
;; fuel: wasmtime=28 unit=31
;;
;; A trap in a callee of a callee: each frame above has paid for its call.
;; `outer`: get, call; `inner`: get, call; `divide`: const, get, div; and three entries.
;; run: outer 0 -> trap IntegerDivisionByZero
;; fuel: wasmtime=10 unit=7
;;
;; After a trap the instance goes on.
;; run: outer 0 -> trap IntegerDivisionByZero
;; then: divide 5 -> 2
;; then: load 65533 -> trap MemoryOutOfBounds
;; then: unreachable_deep 3 -> trap UnreachableCodeReached
;; then: divide 2 -> 5
;;
;; `unreachable_deep n`: get, if, [get, const, sub, call] else [unreachable].
;; n + 1 activations. wasmtime: n x (1 + 6) + 1 + 2 = 24. unit: n x 6 + get + if + unreachable = 21.
;; run: unreachable_deep 3 -> trap UnreachableCodeReached
;; fuel: wasmtime=24 unit=21
(module
  (memory 1)
  (table 3 funcref)
  (func $divide (export "divide") (param i32) (result i32)
    i32.const 10
    local.get 0
    i32.div_s)
  (func (export "remainder_unsigned") (param i32) (result i32)
    i32.const 10
    local.get 0
    i32.rem_u)
  (func (export "overflow") (param i32) (result i32)
    i32.const 0x80000000
    local.get 0
    i32.div_s)
  (func (export "truncate") (param f32) (result i32)
    local.get 0
    i32.trunc_f32_s)
  (func (export "load") (param i32) (result i32)
    local.get 0
    i32.load)
  (func (export "store") (param i32)
    local.get 0
    i32.const 1
    i32.store16)
  (func (export "far_load") (param i32) (result i32)
    local.get 0
    i32.load offset=0xffffffff)
  (func (export "table_get") (param i32) (result i32)
    local.get 0
    table.get 0
    ref.is_null)
  (func (export "table_set") (param i32)
    local.get 0
    ref.null func
    table.set 0)
  (func (export "after_loop") (param i32) (result i32)
    loop
      local.get 0
      i32.const 1
      i32.sub
      local.tee 0
      br_if 0
    end
    i32.const 1
    i32.const 0
    i32.div_u)
  (func (export "in_loop") (param i32)
    loop
      i32.const 100
      local.get 0
      i32.div_s
      drop
      local.get 0
      i32.const 1
      i32.sub
      local.set 0
      br 0
    end)
  (func $inner (param i32) (result i32)
    local.get 0
    call $divide)
  (func (export "outer") (param i32) (result i32)
    local.get 0
    call $inner)
  (func $unreachable_deep (export "unreachable_deep") (param i32)
    local.get 0
    if
      local.get 0
      i32.const 1
      i32.sub
      call $unreachable_deep
    else
      unreachable
    end))
