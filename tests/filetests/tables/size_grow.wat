;; A table of at most 5 elements grows from 2 by 1 until it can't: three times, and one refusal.
;;
;; A round: null, const, grow, const, ne, if: 6, and where it grew `br`. Wasmtime charges each element
;; that is asked for, also when it refuses.
;; By unit: loop, 3 * 7, 6, end, size, end. By wasmtime: entry, 3 * 8, 7, size.
;; run: steps() == 5
;; fuel: 31 (unit)
;; fuel: 33 (wasmtime)
;; run: by(3) == 5
;; run: by(4) == 2
;; run: by(0) == 2
;; run: by(-1) == 2
;; Entry, null, get, grow; 2^32 - 1 elements; two rounds of 8; get.
;; fuel: 4294967316 (wasmtime)
(module (table 2 5 funcref)
  (func (export "steps") (result i32)
    (loop
      (if (i32.ne (table.grow (ref.null func) (i32.const 1)) (i32.const -1)) (then (br 1))))
    table.size)
  (func (export "by") (param i32) (result i32) (local i32)
    (drop (table.grow (ref.null func) (local.get 0)))
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 1) (table.size))))
    local.get 1))
