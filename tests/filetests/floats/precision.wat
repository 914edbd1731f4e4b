;; What a float keeps of an integer or of a wider float.
;;
;; 2^24 + 1 is no f32; as f64 it is.
;; run: kept_by_f32(16777217) == 0
;; run: kept_by_f32(16777216) == 1
;; run: kept_by_f64(16777217) == 1
;; A tenth as f32 is not a tenth.
;; run: kept_when_demoted(0.1) == 0
;; run: kept_when_demoted(0.5) == 1
;; Too large for an f32, it is infinite.
;; run: kept_when_demoted(1e300) == 0
;; Half of 2^64, rounded from 2^64 - 1, until it is 1: without a sign it takes 64 rounds.
;; run: halvings(-1) == 64
;; run: halvings(4) == 2
(module
  (func (export "kept_by_f32") (param i32) (result i32)
    (if (i32.eq (i32.trunc_sat_f32_s (f32.convert_i32_s (local.get 0))) (local.get 0))
      (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "kept_by_f64") (param i32) (result i32)
    (if (i32.eq (i32.trunc_sat_f64_s (f64.convert_i32_s (local.get 0))) (local.get 0))
      (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "kept_when_demoted") (param f64) (result i32)
    (if (f64.eq (f64.promote_f32 (f32.demote_f64 (local.get 0))) (local.get 0))
      (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "halvings") (param i64) (result i32) (local f32 i32)
    (local.set 1 (f32.convert_i64_u (local.get 0)))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (f32.gt
        (local.tee 1 (f32.mul (local.get 1) (f32.const 0.5))) (f32.const 1))))
    local.get 2))
