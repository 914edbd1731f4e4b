;; Branches on a reference's type, both ways round and in a loop that unwraps boxes until it finds a
;; small integer. They are told, also in max slices.
;;
;; run: unwrapped(3) == 3
;; run: unwrapped(0) == 0
;; run: kind(0) == 1
;; run: kind(1) == 2
;; run: kind(2) == 3
;; One way leaves with the number, the other one goes round.
;; request: 0 max entry 1; header 2
(module
  (type $box (struct (field anyref)))
  (func $unwrap (param anyref) (result i32) (local i32)
    (block $number (result (ref i31))
      (loop $again (result (ref i31))
        (br_on_cast $number anyref (ref i31) (local.get 0))
        (local.set 0 (struct.get $box 0 (ref.cast (ref $box))))
        (local.set 1 (i32.add (local.get 1) (i32.const 1)))
        (br $again)))
    drop
    local.get 1)
  (func (export "unwrapped") (param i32) (result i32) (local anyref)
    (local.set 1 (ref.i31 (i32.const 7)))
    (block (loop
      (br_if 1 (i32.eqz (local.get 0)))
      (local.set 1 (struct.new $box (local.get 1)))
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br 0)))
    (call $unwrap (local.get 1)))
  (func (export "kind") (param i32) (result i32) (local anyref)
    (if (i32.eq (local.get 0) (i32.const 1)) (then (local.set 1 (ref.i31 (i32.const 7)))))
    (if (i32.eq (local.get 0) (i32.const 2)) (then (local.set 1 (struct.new $box (ref.null any)))))
    (block $other (result anyref)
      (br_on_cast_fail $other anyref (ref null i31) (local.get 1))
      ref.is_null
      (if (then nop (return (i32.const 1))))
      (return (i32.const 2)))
    drop
    i32.const 3))
