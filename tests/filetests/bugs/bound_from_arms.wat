;; The bound comes from either arm of an `if`, and from the stack.
;; run: on_stack(1, 5) == 5
;; run: on_stack(0, 5) == 10
;; run: on_stack(0, 0) == 1
;; run: in_local(1, 5) == 5
;; run: in_local(0, 5) == 10
;; Kept in one round, used in another: 3, then 3 and its double.
;; run: kept(1, 3) == 3
;; run: kept(2, 3) == 9
;; run: kept(3, 3) == 21
(module
  (func (export "on_stack") (param i32 i32) (result i32) (local i32)
    (if (result i32) (local.get 0)
      (then (local.get 1)) (else (i32.add (local.get 1) (local.get 1))))
    (loop (param i32) (result i32)
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      local.set 1
      local.get 1
      (br_if 0 (i32.lt_u (local.get 2) (local.get 1))))
    drop
    local.get 2)
  (func (export "in_local") (param i32 i32) (result i32) (local i32 i32)
    (if (local.get 0)
      (then (local.set 2 (local.get 1)))
      (else (local.set 2 (i32.add (local.get 1) (local.get 1)))))
    (loop
      (local.set 3 (i32.add (local.get 3) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 3) (local.get 2))))
    local.get 3)
  (func $id (param i32) (result i32) local.get 0)
  (func (export "kept") (param i32 i32) (result i32) (local i32 i32 i32)
    (local.set 2 (call $id (local.get 1)))
    (loop
      (local.set 3 (i32.const 0))
      (loop
        (local.set 4 (i32.add (local.get 4) (i32.const 1)))
        (br_if 0 (i32.lt_u
          (local.tee 3 (i32.add (local.get 3) (i32.const 1))) (local.get 2))))
      (local.set 2 (call $id (i32.mul (local.get 2) (i32.const 2))))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    local.get 4))
