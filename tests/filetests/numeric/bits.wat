;; A hundred rounds for each bit that is set, ten for each zero behind, one for each zero ahead.
;;
;; 14 operators before `loop`, 5 in a round.
;; By unit: 14, loop, 5 n, end, local.get, end. By wasmtime: entry, 14, 5 n, local.get.
;; run: i32(1) == 131
;; fuel: 673 (unit)
;; fuel: 671 (wasmtime)
;; run: i32(0) == 352
;; run: i32(128) == 194
;; run: i32(-1) == 3200
;; run: i64(0) == 704
;; run: i64(0x8000000000000000) == 730
;; run: i64(255) == 856
;;
;; The number of rounds is one word, made by operator 11; so is the parameter, but then the slice has
;; to count the bits.
;; request: 0 max entry 1; nest@14 p0
;; request: 0 chosen entry 1; nest@14 @11
(module
  (func (export "i32") (param i32) (result i32) (local i32 i32)
    (i32.add
      (i32.add
        (i32.mul (i32.popcnt (local.get 0)) (i32.const 100))
        (i32.mul (i32.ctz (local.get 0)) (i32.const 10)))
      (i32.clz (local.get 0)))
    (local.set 1 (local.tee 2))
    (loop (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    local.get 2)
  (func (export "i64") (param i64) (result i64) (local i64 i64)
    (i64.add
      (i64.add
        (i64.mul (i64.popcnt (local.get 0)) (i64.const 100))
        (i64.mul (i64.ctz (local.get 0)) (i64.const 10)))
      (i64.clz (local.get 0)))
    (local.set 1 (local.tee 2))
    (loop (br_if 0 (i64.ne
      (local.tee 1 (i64.sub (local.get 1) (i64.const 1))) (i64.const 0))))
    local.get 2))
