;; A memory of at most 4 pages grows from 1 page by 1 page until it can't: three times, and one refusal.
;;
;; A round: const, grow, const, ne, if: 5, and where it grew the arm of 4 with its `br`.
;; By unit: loop, 3 * 10, 5, `end` of the loop, then get, end; `end` of the `if` is jumped past.
;; By wasmtime: entry, 3 * 10, 5, get. Pages are free.
;; run: steps() == 3
;; fuel: 39 (unit)
;; fuel: 37 (wasmtime)
;; run: by(0) == 1
;; run: by(3) == 4
;; run: by(4) == 1
;; run: by(-1) == 1
(module (memory 1 4)
  (func (export "steps") (result i32) (local i32)
    (loop
      (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1))
        (then (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br 1))))
    local.get 0)
  ;; As many rounds as there are pages then.
  (func (export "by") (param i32) (result i32) (local i32)
    (drop (memory.grow (local.get 0)))
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 1) (memory.size))))
    local.get 1))
