;; A bound that an exception brought. It lies on the stack where it lands, and no code can be put
;; there to keep it, so the loop is told by all slices.
;;
;; block try_table local.get throw, local.set, loop, 8 operators a round, end local.get end: 8 k + 9
;; by unit. By wasmtime the entry in place of block, and no loop and no end: 8 k + 6.
;; run: f(3) == 3
;; fuel: 33 (unit)
;; fuel: 30 (wasmtime)
;; request: f max entry 1; landing 1; header 2
;; request: f min entry 1; landing 1; header 2
;; request: f chosen entry 1; landing 1; header 2
(module (tag $bound (param i32))
  (func (export "f") (param i32) (result i32) (local $n i32) (local $i i32)
    (block $caught (result i32)
      (try_table (catch $bound $caught) (throw $bound (local.get 0)))
      unreachable)
    local.set $n
    (loop
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get $i) (local.get $n))))
    local.get $i))
