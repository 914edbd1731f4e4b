;; Loops that fill the ring, again and again: those without calls are left for the flush and entered again, with
;; everything that they still need. Rings of the tests take 32,768 events.
;;
;; Locals of each type live on in the loop, and are read behind it.
;; run: types 40000 -> 0 800020000 40000 20000
;;
;; A value lies on the operand stack below the loop, and the loop has a result.
;; run: result 40000 -> 40005
;;
;; A loop in a loop, of which both fill the ring.
;; run: nested 400 -> 160000
;; Inner body 9 operators, outer body another 9, the result and the entry: 160000 * 9 + 400 * 9 + 2.
;; fuel: wasmtime=1443602
;;
;; Of what each round writes anew nothing lives on, but what was there before the loop does: it is read behind it.
;; run: around 40000 7 -> 40007
;;
;; Control leaves from amid the loop: behind a block, out of the function, by a trap in a later round.
;; run: leaves 40000 0 -> 40000
;; run: leaves 50000 40000 -> 40000
;; run: returns 40000 -> 1
;; run: divides 40000 -> trap IntegerDivisionByZero
;; run: reads 0 -> trap MemoryOutOfBounds
;;
;; Too many locals live in the loop, or of a type that isn't saved, or an exception goes from a call behind it to
;; where a local is read.
;; run: many 40000 -> 680000
;; run: vectors 40000 -> 40000
;; run: caught 40000 -> 40000
;;
;; Loops that call have the flush in them.
;; run: calls 40000 -> 40000
(module
  (memory 1)
  (tag $thrown)
  (func (export "types") (param $i i32) (result i32 i64 f32 f64)
    (local $s i64) (local $f f32) (local $d f64)
    (loop $again
      (local.set $s (i64.add (local.get $s) (i64.extend_i32_u (local.get $i))))
      (if (i32.and (local.get $i) (i32.const 1))
        (then (local.set $f (f32.add (local.get $f) (f32.const 2)))))
      (local.set $d (f64.add (local.get $d) (f64.const 0.5)))
      (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (local.get $i) (local.get $s) (local.get $f) (local.get $d))

  (func (export "result") (param $n i32) (result i32) (local $i i32)
    (i32.add
      (i32.add (local.get $n) (i32.const -1))
      (loop $again (result i32)
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 6)
        (br_if $again (i32.lt_u (local.get $i) (local.get $n))))))

  (func (export "nested") (param $n i32) (result i32) (local $i i32) (local $j i32) (local $sum i32)
    (loop $outer
      (local.set $j (local.get $n))
      (loop $inner
        (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
        (br_if $inner (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
      (br_if $outer
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $sum))

  (func (export "around") (param $n i32) (param $before i32) (result i32) (local $i i32) (local $new i32)
    (loop $again
      (local.set $new (i32.add (local.get $i) (i32.const 1)))
      (local.set $i (local.get $new))
      (br_if $again (i32.lt_u (local.get $i) (local.get $n))))
    (i32.add (local.get $before) (local.get $new)))

  (func (export "leaves") (param $n i32) (param $at i32) (result i32) (local $i i32)
    (block $out
      (loop $again
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $out (i32.eq (local.get $i) (local.get $at)))
        (br_if $again (i32.lt_u (local.get $i) (local.get $n)))))
    (local.get $i))

  (func (export "returns") (param $n i32) (result i32)
    (loop $again
      (if (i32.eq (local.get $n) (i32.const 1)) (then (return (local.get $n))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br $again))
    (unreachable))

  (func (export "divides") (param $n i32) (result i32)
    (loop $again
      (drop (i32.div_u (i32.const 1) (local.get $n)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br $again))
    (unreachable))

  (func (export "reads") (param $at i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $again)))

  (func (export "many") (param $i i32) (result i32)
    (local $a i32) (local $b i32) (local $c i32) (local $d i32) (local $e i32) (local $f i32)
    (local $g i32) (local $h i32) (local $j i32) (local $k i32) (local $l i32) (local $m i32)
    (local $n i32) (local $o i32) (local $p i32) (local $q i32) (local $r i32)
    (loop $again
      (local.set $a (i32.add (local.get $a) (i32.const 1)))
      (local.set $b (i32.add (local.get $b) (i32.const 1)))
      (local.set $c (i32.add (local.get $c) (i32.const 1)))
      (local.set $d (i32.add (local.get $d) (i32.const 1)))
      (local.set $e (i32.add (local.get $e) (i32.const 1)))
      (local.set $f (i32.add (local.get $f) (i32.const 1)))
      (local.set $g (i32.add (local.get $g) (i32.const 1)))
      (local.set $h (i32.add (local.get $h) (i32.const 1)))
      (local.set $j (i32.add (local.get $j) (i32.const 1)))
      (local.set $k (i32.add (local.get $k) (i32.const 1)))
      (local.set $l (i32.add (local.get $l) (i32.const 1)))
      (local.set $m (i32.add (local.get $m) (i32.const 1)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (local.set $o (i32.add (local.get $o) (i32.const 1)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (local.set $q (i32.add (local.get $q) (i32.const 1)))
      (local.set $r (i32.add (local.get $r) (i32.const 1)))
      (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (local.get $a) (local.get $b) (i32.add) (local.get $c) (i32.add) (local.get $d) (i32.add)
    (local.get $e) (i32.add) (local.get $f) (i32.add) (local.get $g) (i32.add)
    (local.get $h) (i32.add) (local.get $j) (i32.add) (local.get $k) (i32.add)
    (local.get $l) (i32.add) (local.get $m) (i32.add) (local.get $n) (i32.add)
    (local.get $o) (i32.add) (local.get $p) (i32.add) (local.get $q) (i32.add)
    (local.get $r) (i32.add))

  (func (export "vectors") (param $i i32) (result i32) (local $v v128)
    (loop $again
      (local.set $v (i32x4.add (local.get $v) (v128.const i32x4 1 1 1 1)))
      (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (i32x4.extract_lane 2 (local.get $v)))

  (func $throws (throw $thrown))
  (func (export "caught") (param $i i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
      (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (block $handler
      (try_table (catch $thrown $handler) (call $throws))
      (return (i32.const 0)))
    (local.get $sum))

  (func $one (result i32) (i32.const 1))
  (table funcref (elem $one))
  (func (export "calls") (param $i i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (call_indirect (result i32) (i32.const 0))))
      (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (local.get $sum)))
