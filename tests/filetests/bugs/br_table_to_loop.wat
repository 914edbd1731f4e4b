;; A br_table whose entries lead back to the loop's start, on, and out, in a nest that is computed.
;;
;; 9 down to 1: a multiple of 3 goes round at once, the others count before they do. 0 leaves.
;; run: f(10) == 6
;; run: f(1) == 0
;; run: f(2) == 1
;; 0 block, 1 loop
;; request: 0 max entry 1; nest@1 p0
;; request: 0 min entry 1; header 4
(module (func (export "f") (param i32) (result i32) (local i32)
  (block $out
    (loop $again
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br_if $out (i32.eqz (local.get 0)))
      (block $on
        (br_table $again $on $on $out (i32.rem_u (local.get 0) (i32.const 3))))
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br $again)))
  local.get 1))
