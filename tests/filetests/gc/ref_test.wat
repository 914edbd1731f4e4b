;; ref.test along a chain of types: how deep an object stands is counted by the tests that it passes.
;; run: depth(0) == 1
;; run: depth(1) == 2
;; run: depth(2) == 3
;; A small integer is none of them; null passes where the type has it.
;; run: depth(3) == 0
;; run: depth(4) == 0
;; run: cast(2) == 30
;; run: cast(1) == trap CastFailure
;; run: cast(4) == trap CastFailure
(module
  (type $a (sub (struct (field i32))))
  (type $b (sub $a (struct (field i32) (field i32))))
  (type $c (sub final $b (struct (field i32) (field i32) (field i32))))
  (func $make (param i32) (result anyref)
    (block (block (block (block
      (br_table 0 1 2 3 (local.get 0)))
      (return (struct.new $a (i32.const 1))))
      (return (struct.new $b (i32.const 1) (i32.const 2))))
      (return (struct.new $c (i32.const 10) (i32.const 20) (i32.const 30))))
    (if (result anyref) (i32.eq (local.get 0) (i32.const 3))
      (then (ref.i31 (i32.const 5))) (else (ref.null any))))
  (func (export "depth") (param i32) (result i32) (local anyref i32)
    (local.set 1 (call $make (local.get 0)))
    (if (ref.test (ref $a) (local.get 1)) (then (local.set 2 (i32.const 1))))
    (if (ref.test (ref $b) (local.get 1)) (then nop (local.set 2 (i32.const 2))))
    (if (ref.test (ref $c) (local.get 1)) (then nop nop (local.set 2 (i32.const 3))))
    local.get 2)
  (func (export "cast") (param i32) (result i32) (local i32)
    (local.set 1 (struct.get $c 2 (ref.cast (ref $c) (call $make (local.get 0)))))
    (loop (br_if 0 (local.tee 0 (i32.shr_u (local.get 0) (i32.const 1)))))
    local.get 1))
