;; The first clause that fits: by the tag, or whatever it is.
;; run: f(0) == 10
;; run: f(1) == 11
;; run: f(2) == 12
;; run: f(3) == 12
;; A trap is no exception.
;; run: f(4) == trap UnreachableCodeReached
(module
  (tag $a) (tag $b) (tag $c)
  (func $throw (param i32)
    (block (block (block (block (block
      (br_table 0 1 2 3 4 (local.get 0)))
      return)
      (throw $a))
      (throw $b))
      (throw $c))
    unreachable)
  (func (export "f") (param i32) (result i32)
    (block $by_all
      (block $by_a
        (try_table (catch $a $by_a) (catch_all $by_all)
          (call $throw (local.get 0)))
        (return (i32.const 10)))
      nop
      (return (i32.const 11)))
    nop nop
    i32.const 12))
