;; Atomic operators, on a shared and on an unshared memory.
;;
;; `add n`: const, get, i32.atomic.rmw.add, const, i32.atomic.load, i32.add, final end: all flat.
;; run: add 5 -> 5
;; fuel: wasmtime=7 unit=7
;; run: exchange 3 4 -> 3
;; run: exchange 0 4 -> 0
;; run: notify -> 0
;; The value differs from the expected one, so nobody waits.
;; run: wait_not_equal -> 1
;; run: wait_timed_out -> 2
;; run: spin 100 -> 100
;; run: unaligned -> trap HeapMisaligned
;; run: fence
(module
  (memory 1 1 shared)
  (func (export "add") (param i32) (result i32)
    i32.const 8
    local.get 0
    i32.atomic.rmw.add
    i32.const 8
    i32.atomic.load
    i32.add)
  (func (export "exchange") (param i32 i32) (result i32)
    i32.const 8
    local.get 0
    i32.atomic.store
    i32.const 8
    i32.const 0
    local.get 1
    i32.atomic.rmw.cmpxchg)
  (func (export "notify") (result i32)
    i32.const 8
    i32.const 1
    memory.atomic.notify)
  (func (export "wait_not_equal") (result i32)
    i32.const 8
    i32.const 1
    i64.const -1
    memory.atomic.wait32)
  (func (export "wait_timed_out") (result i32)
    i32.const 8
    i64.const 0
    i64.const 0
    memory.atomic.wait64)
  (func (export "spin") (param i32) (result i32)
    (local i32)
    loop
      i32.const 16
      i32.const 1
      i32.atomic.rmw.add
      i32.const 1
      i32.add
      local.tee 1
      local.get 0
      i32.lt_u
      br_if 0
    end
    local.get 1)
  (func (export "unaligned")
    i32.const 3
    i32.atomic.load
    drop)
  (func (export "fence")
    atomic.fence))
