;; Each atomic operator gives back what was there before: a countdown in memory.
;;
;; A round: const, const, rmw.sub, const, ne, br_if: 6; 5 down to 1.
;; By unit: const, get, store, loop, 30, end, const, load, end. By wasmtime: entry, 3, 30, 2.
;; run: countdown(5) == 0
;; fuel: 38 (unit)
;; fuel: 36 (wasmtime)
;; run: countdown(1) == 0
;; 12 and 10 is 8, or 3 is 11, xor 1 is 10, exchanged for 4, and 4 more.
;; run: all(12) == 8
;; run: all(4) == 8
;; Only the low byte is added to.
;; run: narrow() == 256
;; request: 0 chosen entry 1; header 2
(module (memory 1 1 shared)
  (func (export "countdown") (param i32) (result i32)
    (i32.atomic.store (i32.const 8) (local.get 0))
    (loop
      (br_if 0 (i32.ne (i32.atomic.rmw.sub (i32.const 8) (i32.const 1)) (i32.const 1))))
    (i32.atomic.load (i32.const 8)))
  (func (export "all") (param i64) (result i64) (local i64)
    (i64.atomic.store (i32.const 8) (local.get 0))
    (drop (i64.atomic.rmw.and (i32.const 8) (i64.const 10)))
    (drop (i64.atomic.rmw.or (i32.const 8) (i64.const 3)))
    (drop (i64.atomic.rmw.xor (i32.const 8) (i64.const 1)))
    (drop (i64.atomic.rmw.xchg (i32.const 8) (i64.const 4)))
    (drop (i64.atomic.rmw.add (i32.const 8) (i64.const 4)))
    (loop
      (local.set 1 (i64.add (local.get 1) (i64.const 1)))
      (br_if 0 (i64.lt_u (local.get 1) (i64.atomic.load (i32.const 8)))))
    local.get 1)
  (func (export "narrow") (result i32) (local i32)
    (i32.atomic.store (i32.const 8) (i32.const 0x1ff))
    (drop (i32.atomic.rmw8.add_u (i32.const 8) (i32.const 1)))
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 0) (i32.atomic.load (i32.const 8)))))
    local.get 0))
