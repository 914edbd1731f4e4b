(module
  (memory 1)
  (global $limit (mut i32) (i32.const 9))
  (tag $tag)
  (func $callee (param i32) (result i32) (return (local.get 0)))
  (func $silent (param i32) (result i32) (i32.eqz (local.get 0)))
  (func (param $which i32) (param $wide i64) (result i32)
    (local $sum i32)
    (block $a (block $b (block $c
      (br_table $a $b $a $c $c $b (local.get $which)))
      (local.set $sum (call $callee (i32.const 1))))
      (if (i64.eqz (local.get $wide))
        (then (memory.fill (i32.const 0) (i32.const 0) (local.get $which)))
        (else (local.set $sum (i32.load offset=4 (local.get $which))))))
    (if (local.get $sum) (then (throw $tag)))
    (loop $count
      (local.set $which (i32.add (local.get $which) (i32.const 1)))
      (br_if $count (i32.lt_s (local.get $which) (global.get $limit))))
    (if (i64.lt_s (local.get $wide) (i64.const 3)) (then (return_call $callee (local.get $sum))))
    (block $caught
      (try_table (catch $tag $caught) (drop (call $callee (i32.const 7)))))
    (call $silent (local.get $sum))))

;; plan max
func 0: 3 operators
  blocks
    0  @0..2  region 0                      to 1
    1  @3..3                                return
  regions
    0  block 0: a call of the function; 1 path, event 0
func 1 function_1: 3 operators
  blocks
    0  @0..3  region 0                      to 1
    1  @3..3                                return
  regions
    0  block 0: a call of the function; 1 path, event 1
func 2: 54 operators
  blocks
    0   @0..5    region 0                      br_table @4, computed: [0, 2] to 7, [1, else] to 3, [3..5] to 1
    1   @6..8                                  call 0 @7, then 2
    2   @8..10   region 1                      to 3
    3   @10..13                                if @12, computed: otherwise to 5, taken to 4
    4   @13..18                                to 6
    5   @18..22                                to 6
    6   @22..23                                to 7
    7   @23..25                                if @24, computed: otherwise to 9, taken to 8
    8   @25..26                                throw 0 @25
    9   @27..28                                to 10
    10  @28..36  nest 0, loop @27              br_if @35, computed: taken to 10, otherwise to 11
    11  @36..37  loop @27                      to 12
    12  @37..41                                if @40, computed: otherwise to 14, taken to 13
    13  @41..43                                return_call 0 @42
    14  @44..48                                call 0 @47, then 16
    15  @46..46  region 2                      to 17
    16  @48..51  region 3                      to 17
    17  @51..54                                to 18
    18  @54..54                                return
  loops
    loop @27: block 10
  regions
    0  block 0: a call of the function; 1 path, event 6
       carries i32  parameter 0, kept aside
       carries i64  parameter 1, found in local 1
       carries i32  call 0 @7, kept aside
       carries i32  i32.load offset=4 @19, kept aside
    1  block 2: on from @8, behind call 0 @7; 1 path, event 7
       carries i32  parameter 0, kept aside
       carries i64  parameter 1, found in local 1
       carries i32  call 0 @7, kept aside
       carries i32  i32.load offset=4 @19, kept aside
    2  block 15: on from clause 0 of try_table @45; 1 path, event 2
    3  block 16: on from @48, behind call 0 @47; 1 path, event 3
  nests
    0  block 10: loop @27, then 11; event 5
       carries i32  parameter 0, found in local 0
       carries i32  global 0
  sites
    0  block 4: memory.fill @16; event 4
       carries i32  its bytes
  silent calls
    block 17: call function_1 @52
;; slices max
func 0: 3 operators

  region 0: a call of the function
    runs blocks 0..2
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 2i64
        i64[0 + 8] = 5i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit
func 1 function_1: 3 operators

  region 0: a call of the function
    runs blocks 0..2
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 3i64
        i64[0 + 8] = 5i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit
func 2: 54 operators
  loop @27: stepped over, for a price of 67 operators replayed; told, its branches would cost 160

  region 0: a call of the function
    runs blocks 0..2, 3..10, 11..15, over nest 0, computes br_table @4, computes if @12, computes if @24, computes if @40
    requests 24 bytes
      v0: i64  which of 1 path
      v1: i32  parameter 0, kept aside
      v2: i64  parameter 1, found in local 1
      v3: i32  call 0 @7, kept aside
      v4: i32  i32.load offset=4 @19, kept aside
    keeps
      func slice(v0: i64, v1: i32, v2: i64, v3: i32, v4: i32) {
        var v35: i64, v36: i64, v37: i64
        block b3 {
          var v17: i64, v20: i32
          block b2 {
            block b5 {
              block b6 {
                switch v1 {
                  0, 2 { }
                  3..=4 { break b6 }
                  else { break b5 }
                }
                v17, v20 = 5i64, 0
                break b2
              }
              v35, v36, v37 = 7i64, 0i64, 5i64
              break b3
            }
            var v13: i64, v16: i32
            if !v2 {
              v13, v16 = 13i64, 0
            } else {
              v13, v16 = 12i64, v4
            }
            v17, v20 = v13 + 1i64, v16
          }
          let v19: i64 = v17 + 2i64
          if v20 {
            v35, v36, v37 = v19 + 1i64, 0i64, 33i64
          } else {
            let v27: i64 = v19 + 1i64 + 4i64
            if v2 <s 3i64 {
              v35, v36, v37 = v27 + 2i64, 1i64, 53i64
            } else {
              v35, v36, v37 = v27 + 4i64, 1i64, 57i64
            }
          }
        }
        i64[0] = v35
        i64[0 + 8] = v36
        i64[0 + 16] = v37
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @27
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit

  region 1: on from @8, behind call 0 @7
    runs blocks 2..10, 11..15, over nest 0, computes if @12, computes if @24, computes if @40
    requests 24 bytes
      v0: i64  which of 1 path
      v1: i32  parameter 0, kept aside
      v2: i64  parameter 1, found in local 1
      v3: i32  call 0 @7, kept aside
      v4: i32  i32.load offset=4 @19, kept aside
    keeps
      func slice(v0: i64, v1: i32, v2: i64, v3: i32, v4: i32) {
        var v11: i64, v14: i32
        if !v2 {
          v11, v14 = 10i64, v3
        } else {
          v11, v14 = 9i64, v4
        }
        var v27: i64, v28: i64, v29: i64
        let v15: i64 = v11 + 1i64 + 2i64
        if v14 {
          v27, v28, v29 = v15 + 1i64, 0i64, 33i64
        } else {
          let v20: i64 = v15 + 1i64 + 4i64
          if v2 <s 3i64 {
            v27, v28, v29 = v20 + 2i64, 1i64, 53i64
          } else {
            v27, v28, v29 = v20 + 4i64, 1i64, 57i64
          }
        }
        i64[0] = v27
        i64[0 + 8] = v28
        i64[0 + 16] = v29
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @27
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit

  site 0: memory.fill @16
    requests 8 bytes
      i32  its bytes
    keeps 0 for each of them

  nest 0: loop @27
    runs block 10, computes br_if @35
    requests 12 bytes
      v1: i32  parameter 0, found in local 0
      v2: i32  global 0
    1 loop, replaced by closed forms
    keeps
      func slice(v0: i64, v1: i32, v2: i32) {
        let v7: i32 = v1 + -2147483647
        let v9: i32 = v2 + -2147483648
        let v15: i64 = i64.extend_i32_u((v9 + v7 * -1) * (v7 <u v9))
        i64[0] = v15 * 8i64 + 8i64
        i64[0 + 8] = v15 + 1i64
        return
      }
    results
      i64[0]  fuel in loop @27
      i64[0 + 8]  iterations of loop @27

  region 2: on from clause 0 of try_table @45
    runs blocks 15, 17..19
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0 + 8] = i64[0 + 8] + 1i64
        i64[0] = 3i64
        i64[0 + 16] = 73i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  silent calls of function_1
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit

  region 3: on from @48, behind call 0 @47
    runs blocks 16..19
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0 + 8] = i64[0 + 8] + 1i64
        i64[0] = 6i64
        i64[0 + 16] = 73i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  silent calls of function_1
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit
;; plan chosen
func 0: 3 operators
  blocks
    0  @0..2  region 0                      to 1
    1  @3..3                                return
  regions
    0  block 0: a call of the function; 1 path, event 0
func 1 function_1: 3 operators
  blocks
    0  @0..3  region 0                      to 1
    1  @3..3                                return
  regions
    0  block 0: a call of the function; 1 path, event 1
func 2: 54 operators
  blocks
    0   @0..5    region 0                      br_table @4: [0, 2] to 7 +0, [1, else] to 3 +3, [3..5] to 1 +9
    1   @6..8                                  call 0 @7, then 2
    2   @8..10   region 1                      to 3
    3   @10..13                                if @12: otherwise to 5 +0, taken to 4 +3
    4   @13..18                                to 6
    5   @18..22                                to 6
    6   @22..23                                to 7
    7   @23..25                                if @24: otherwise to 9 +0, taken to 8 +2
    8   @25..26                                throw 0 @25
    9   @27..28                                to 10
    10  @28..36  nest 0, loop @27              br_if @35, computed: taken to 10, otherwise to 11
    11  @36..37  loop @27                      to 12
    12  @37..41                                if @40: otherwise to 14 +0, taken to 13 +1
    13  @41..43                                return_call 0 @42
    14  @44..48                                call 0 @47, then 16
    15  @46..46  region 2                      to 17
    16  @48..51  region 3                      to 17
    17  @51..54                                to 18
    18  @54..54                                return
  loops
    loop @27: block 10
  regions
    0  block 0: a call of the function; 10 paths, events 2..12
    1  block 2: on from @8, behind call 0 @7; 6 paths, events 12..18
    2  block 15: on from clause 0 of try_table @45; 1 path, event 18
    3  block 16: on from @48, behind call 0 @47; 1 path, event 19
  nests
    0  block 10: loop @27, then 11; event 21
       carries i32  parameter 0, found in local 0
       carries i32  global 0
  sites
    0  block 4: memory.fill @16; event 20
       carries i32  its bytes
  silent calls
    block 17: call function_1 @52
