(module
  (memory 1)
  (global $limit (mut i32) (i32.const 9))
  (table 1 funcref)
  (func $callee)
  (func (param $from i32) (local $at i32)
    (loop $scan
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $scan (i32.load8_u (local.get $at))))
    (loop $calls
      (call $callee)
      (br_if $calls (local.get $from)))
    (loop $once)
    (loop $traps
      (if (local.get $from) (then unreachable))
      (br_if $traps (local.get $at))))
  (func
    (loop $forever (br $forever)))
  (func (param $object funcref)
    (loop $null
      (block $is_null
        (drop (br_on_null $is_null (local.get $object)))
        (br $null)))))

;; slices max
func 0: 1 operator

  region 0: a call of the function
    runs blocks 0..2
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 5i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit
func 1 function_1: 25 operators
  loop @0: told, because a branch depends on i32.load8_u @6, within it
  loop @9: told, because it contains call 0 @10
  loop @14: told, because it never starts over
  loop @16: stepped over, for a price of 120 operators replayed; told, its branches would cost 160

  region 0: a call of the function
    runs block 0
    requests 12 bytes
      v0: i64  which of 1 path
      v1: i32  parameter 0, found in local 0
      v2: i32  i32.load8_u @6, kept aside
    keeps
      func slice(v0: i64, v1: i32, v2: i32) {
        i64[0] = 1i64
        i64[0 + 8] = 4i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit

  region 1: an iteration of loop @0
    runs blocks 1..4, computes br_if @7
    requests 12 bytes
      v0: i64  which of 1 path
      v1: i32  parameter 0, found in local 0
      v2: i32  i32.load8_u @6, kept aside
    keeps
      func slice(v0: i64, v1: i32, v2: i32) {
        var v10: i64, v11: i64, v12: i64
        if v2 {
          v10, v11, v12 = 0i64, 7i64, 4i64
        } else {
          v10, v11, v12 = 1i64, 8i64, 16i64
        }
        i64[0] = v10
        i64[0 + 8] = v11
        i64[0 + 16] = v12
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @0
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit

  region 2: an iteration of loop @9
    runs blocks 4..7, computes br_if @12
    requests 12 bytes
      v0: i64  which of 1 path
      v1: i32  parameter 0, found in local 0
      v2: i32  i32.load8_u @6, kept aside
    keeps
      func slice(v0: i64, v1: i32, v2: i32) {
        var v12: i64, v13: i64, v14: i64
        i64[0 + 16] = i64[0 + 16] + 1i64
        if v1 {
          v12, v13, v14 = 0i64, 3i64, 16i64
        } else {
          v12, v13, v14 = 1i64, 4i64, 28i64
        }
        i64[0] = v12
        i64[0 + 8] = v13
        i64[0 + 24] = v14
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @9
      i64[0 + 16]  silent calls of function 0
      i64[0 + 24]  where the path ends: 4 times the block, and 1 more at its exit

  region 3: an iteration of loop @14
    runs blocks 7..9, over nest 0
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 1i64
        i64[0 + 16] = 2i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @14
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit

  nest 0: loop @16
    runs blocks 9, 11, computes if @18, computes br_if @22
    requests 12 bytes
      v1: i32  parameter 0, found in local 0
      v2: i32  local 1 as an iteration of loop @0 begins, kept aside
    1 loop, run again when it is priced
    keeps
      func slice(v0: i64, v1: i32, v2: i32) {
        let v11: i32 = v2 + 1
        var v3: i64, v6: i64 = 0i64, 0i64
        var v14: i64
        block b2 {
          block b6 {
            block b4 {
              loop b1 {
                let v5: i64 = v3 + 2i64
                let v8: i64 = v6 + 1i64
                if v1 { break b4 }
                let v9: i64 = v5 + 2i64
                if !v11 { break b6 }
                v3, v6 = v9, v8
              }
            }
            v14 = v5
            break b2
          }
          v14 = v9
        }
        i64[0] = v14
        i64[0 + 8] = v8
        return
      }
    results
      i64[0]  fuel in loop @16
      i64[0 + 8]  iterations of loop @16

  region 4: on from @19, where ways meet
    runs block 10
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 41i64
        return
      }
    results
      i64[0]  fuel in loop @16
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit

  region 5: on from @23, where ways meet
    runs blocks 12..15
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 1i64
        i64[0 + 16] = 57i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @16
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit
func 2: 4 operators
  loop @0: told, because it is never left

  region 0: a call of the function
    runs block 0
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 4i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit

  region 1: an iteration of loop @0
    runs block 1
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 4i64
        return
      }
    results
      i64[0]  fuel in loop @0
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit
func 3 function_3: 9 operators
  loop @0: told, because a branch within it tests a reference

  region 0: a call of the function
    runs block 0
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 4i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit

  region 1: an iteration of loop @0
    runs blocks 1..6
    requests 4 bytes
      v0: i64  which of 2 paths
    keeps
      func slice(v0: i64) {
        var v9: i64, v10: i64, v11: i64
        if v0 >=u 1i64 {
          v9, v10, v11 = 0i64, 5i64, 4i64
        } else {
          v9, v10, v11 = 1i64, 4i64, 21i64
        }
        i64[0] = v9
        i64[0 + 8] = v10
        i64[0 + 16] = v11
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @0
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit
;; slices chosen
func 0: 1 operator

  region 0: a call of the function
    runs blocks 0..2
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 5i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit
func 1 function_1: 25 operators
  loop @0: told, because a branch depends on i32.load8_u @6, within it; counting it costs 192 instead of 160
  loop @9: told, because it contains call 0 @10
  loop @14: told, because it never starts over
  loop @16: stepped over, for a price of 118 operators replayed; told, its branches would cost 160

  region 0: a call of the function
    runs block 0
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 4i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit

  region 1: an iteration of loop @0
    runs blocks 1..4
    requests 4 bytes
      v0: i64  which of 2 paths
    keeps
      func slice(v0: i64) {
        var v9: i64, v10: i64, v11: i64
        if v0 >=u 1i64 {
          v9, v10, v11 = 1i64, 8i64, 16i64
        } else {
          v9, v10, v11 = 0i64, 7i64, 4i64
        }
        i64[0] = v9
        i64[0 + 8] = v10
        i64[0 + 16] = v11
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @0
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit

  region 2: an iteration of loop @9
    runs blocks 4..9, over nest 0
    requests 4 bytes
      v0: i64  which of 2 paths
    keeps
      func slice(v0: i64) {
        var v11: i64, v12: i64, v13: i64, v14: i64, v15: i64
        i64[0 + 32] = i64[0 + 32] + 1i64
        if v0 >=u 1i64 {
          v11, v12, v13, v14, v15 = 2i64, 4i64, 1i64, 1i64, 2i64
        } else {
          v11, v12, v13, v14, v15 = 0i64, 3i64, 0i64, 0i64, 16i64
        }
        i64[0] = v11
        i64[0 + 8] = v12
        i64[0 + 16] = v13
        i64[0 + 24] = v14
        i64[0 + 40] = v15
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @9
      i64[0 + 16]  fuel in loop @14
      i64[0 + 24]  iterations of loop @14
      i64[0 + 32]  silent calls of function 0
      i64[0 + 40]  where the path ends: 4 times the block, and 1 more at its exit

  nest 0: loop @16
    runs blocks 9, 11, computes if @18, computes br_if @22
    requests 12 bytes
      v1: i32  parameter 0, found in local 0
      v2: i32  i32.add @3, kept aside
    1 loop, run again when it is priced
    keeps
      func slice(v0: i64, v1: i32, v2: i32) {
        var v3: i64, v6: i64 = 0i64, 0i64
        var v12: i64
        block b2 {
          block b6 {
            block b4 {
              loop b1 {
                let v5: i64 = v3 + 2i64
                let v8: i64 = v6 + 1i64
                if v1 { break b4 }
                let v9: i64 = v5 + 2i64
                if !v2 { break b6 }
                v3, v6 = v9, v8
              }
            }
            v12 = v5
            break b2
          }
          v12 = v9
        }
        i64[0] = v12
        i64[0 + 8] = v8
        return
      }
    results
      i64[0]  fuel in loop @16
      i64[0 + 8]  iterations of loop @16

  region 3: on from @19, where ways meet
    runs block 10
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 41i64
        return
      }
    results
      i64[0]  fuel in loop @16
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit

  region 4: on from @23, where ways meet
    runs blocks 12..15
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 1i64
        i64[0 + 16] = 57i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @16
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit
func 2: 4 operators
  loop @0: told, because it is never left

  region 0: a call of the function
    runs block 0
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 4i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit

  region 1: an iteration of loop @0
    runs block 1
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 4i64
        return
      }
    results
      i64[0]  fuel in loop @0
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit
func 3 function_3: 9 operators
  loop @0: told, because a branch within it tests a reference; counting it costs 192 instead of 160

  region 0: a call of the function
    runs block 0
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 4i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit

  region 1: an iteration of loop @0
    runs blocks 1..6
    requests 4 bytes
      v0: i64  which of 2 paths
    keeps
      func slice(v0: i64) {
        var v9: i64, v10: i64, v11: i64
        if v0 >=u 1i64 {
          v9, v10, v11 = 0i64, 5i64, 4i64
        } else {
          v9, v10, v11 = 1i64, 4i64, 21i64
        }
        i64[0] = v9
        i64[0 + 8] = v10
        i64[0 + 16] = v11
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @0
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit
