;; SIMD and relaxed SIMD: an operator is an operator, however many lanes it has.
;;
;; `sum_of_lanes`: v128.const, v128.const, i32x4.add, local.tee, extract, get, extract, add: 8.
;; run: sum_of_lanes -> 44
;; fuel: wasmtime=9 unit=9
;; run: any_above 5 -> 1
;; run: any_above 500 -> 0
;; run: dot 16 -> 480
;; run: out_of_bounds -> trap MemoryOutOfBounds
;; run: relaxed -> 7
(module
  (memory 1)
  (func (export "sum_of_lanes") (result i32)
    (local v128)
    v128.const i32x4 1 2 3 4
    v128.const i32x4 10 20 30 40
    i32x4.add
    local.tee 0
    i32x4.extract_lane 0
    local.get 0
    i32x4.extract_lane 2
    i32.add)
  (func (export "any_above") (param i32) (result i32)
    v128.const i32x4 1 20 300 4
    local.get 0
    i32x4.splat
    i32x4.gt_s
    v128.any_true
    if (result i32)
      i32.const 1
    else
      i32.const 0
    end)
  (func (export "dot") (param $n i32) (result i32)
    (local $sum v128) (local $at i32)
    i32.const 0
    i32.const 1
    i32.const 1024
    memory.fill
    loop
      local.get $at
      v128.load
      i16x8.extend_low_i8x16_s
      v128.const i16x8 10 10 10 10 5 5 5 5
      i32x4.dot_i16x8_s
      local.get $sum
      i32x4.add
      local.set $sum
      local.get $at
      i32.const 16
      i32.add
      local.set $at
      local.get $n
      i32.const 1
      i32.sub
      local.tee $n
      br_if 0
    end
    local.get $sum
    i32x4.extract_lane 0
    local.get $sum
    i32x4.extract_lane 2
    i32.add)
  (func (export "out_of_bounds")
    i32.const 65530
    v128.load
    drop)
  (func (export "relaxed") (result i32)
    v128.const f32x4 2 2 2 2
    v128.const f32x4 3 3 3 3
    v128.const f32x4 1 1 1 1
    f32x4.relaxed_madd
    i32x4.trunc_sat_f32x4_s
    i32x4.extract_lane 3))
