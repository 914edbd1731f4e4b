;; Copies that overlap behave as if the bytes were taken out first.
;; heap: <text> size=8, data="\01\02\03"
;;
;; 1 2 3 moved up by one: 1 1 2 3, which adds up to 7 before the first 0. Moved down: 2 3 3 makes 8.
;; run: sum_after(1, 0, 3) == 7
;; run: sum_after(0, 1, 2) == 8
;; run: sum_after(0, 0, 3) == 6
;; run: sum_after(0, 0, 0) == 6
;; run: sum_after(65535, 0, 2) == trap MemoryOutOfBounds
;; fuel: 4 (unit)
;; fuel: 7 (wasmtime)
;; Nothing at the very end is fine, behind it isn't.
;; run: sum_after(65536, 0, 0) == 6
;; run: sum_after(65537, 0, 0) == trap MemoryOutOfBounds
;; fuel: 5 (wasmtime)
(module (memory 1)
  (func (export "sum_after") (param i32 i32 i32) (result i32) (local i32 i32)
    (memory.copy (local.get 0) (local.get 1) (local.get 2))
    (local.set 0 (i32.const 0))
    (block (loop
      (br_if 1 (i32.eqz (local.tee 3 (i32.load8_u (local.get 0)))))
      (local.set 4 (i32.add (local.get 4) (local.get 3)))
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br 0)))
    local.get 4))
