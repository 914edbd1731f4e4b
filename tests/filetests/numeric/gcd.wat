;; Euclid's algorithm: 48 and 18, 18 and 12, 12 and 6, 6 and 0 take three divisions.
;;
;; A round: the test 3, the remainder 4, moving 4, `br`: 12.
;; By unit: block, loop, 36, the last test 3, local.get, end. By wasmtime: entry, 36, 3, local.get.
;; run: f(48, 18) == 6
;; fuel: 43 (unit)
;; fuel: 41 (wasmtime)
;; run: f(0, 0) == 0
;; Without signs -1 is 4294967295.
;; run: f(-1, 10) == 5
;;
;; A remainder may trap, but the run has shown that it doesn't: it is computed again.
;; request: 0 max entry 1; nest@1 p0 p1
;; request: 0 chosen entry 1; nest@1 p0 p1
(module (func (export "f") (param i32 i32) (result i32) (local i32)
  (block (loop
    (br_if 1 (i32.eqz (local.get 1)))
    (local.set 2 (i32.rem_u (local.get 0) (local.get 1)))
    (local.set 0 (local.get 1))
    (local.set 1 (local.get 2))
    (br 0)))
  local.get 0))
