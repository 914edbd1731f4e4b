(module
  (memory 1)
  ;; A load that the loop's bound is made from: the cheapest record is the bound itself.
  (func (param $address i32) (local $count i32)
    (local.set $count (i32.div_u (i32.load (local.get $address)) (i32.const 3)))
    (loop $down
      (br_if $down (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  ;; The bound of the inner loop is a load: the outer loop is told, the inner one is not.
  (func (param $address i32) (local $count i32)
    (loop $outer
      (local.set $count (i32.load (local.get $address)))
      (loop $down
        (br_if $down (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
      (br_if $outer (local.tee $address (i32.sub (local.get $address) (i32.const 4))))))
  ;; Two ways out.
  (func (param $count i32) (result i32)
    (loop $down (result i32)
      (if (i32.eq (local.get $count) (i32.const 77)) (then (return (i32.const 1))))
      (br_if $down (local.tee $count (i32.sub (local.get $count) (i32.const 1))))
      (i32.const 2)))
)

;; slices chosen
func 0: 13 operators
  loop @5: stepped over, for a price of 47 operators replayed; told, its branches would cost 160

  region 0: a call of the function
    runs blocks 0, 2..5, over nest 0
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 7i64
        i64[0 + 8] = 1i64
        i64[0 + 16] = 17i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @5
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit

  nest 0: loop @5
    runs block 1, computes br_if @10
    requests 8 bytes
      v1: i32  i32.div_u @3, found in local 1
    1 loop, replaced by closed forms
    keeps
      func slice(v0: i64, v1: i32) {
        let v10: i64 = i64.extend_i32_u((v1 * -1 + 1) * -1)
        i64[0] = v10 * 5i64 + 5i64
        i64[0 + 8] = v10 + 1i64
        return
      }
    results
      i64[0]  fuel in loop @5
      i64[0 + 8]  iterations of loop @5
func 1 function_1: 18 operators
  loop @0: counted, by 2 counters
  loop @4: stepped over with the loop around it

  region 0: a call of the function
    runs blocks 0, 5..8, over nest 0
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 2i64
        i64[0 + 8] = 1i64
        i64[0 + 16] = 29i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @0
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit

  nest 0: loop @0
    runs blocks 1..5
    requests 20 bytes
      c0  how often block 1 was taken
      c1  how often block 2 was taken
    runs, for each entry e
      block 1: c0
      block 2: c1
      block 3: c0
      block 4: c0
func 2: 16 operators
  loop @0: stepped over, for a price of 125 operators replayed; told, its branches would cost 160

  region 0: a call of the function
    runs block 0, over nest 0
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 2i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit

  nest 0: loop @0
    runs blocks 1, 3, computes if @4, computes br_if @12
    requests 8 bytes
      v1: i32  parameter 0, found in local 0
    1 loop, run again when it is priced
    keeps
      func slice(v0: i64, v1: i32) {
        var v2: i64, v5: i64, v8: i32 = 0i64, 0i64, v1
        var v17: i64
        block b2 {
          block b6 {
            block b4 {
              loop b1 {
                let v4: i64 = v2 + 4i64
                let v7: i64 = v5 + 1i64
                if v8 == 77 { break b4 }
                let v12: i64 = v4 + 5i64
                let v14: i32 = v8 - 1
                if !v14 { break b6 }
                v2, v5, v8 = v12, v7, v14
              }
            }
            v17 = v4
            break b2
          }
          v17 = v12
        }
        i64[0] = v17
        i64[0 + 8] = v7
        return
      }
    results
      i64[0]  fuel in loop @0
      i64[0 + 8]  iterations of loop @0

  region 1: on from @5, where ways meet
    runs blocks 2, 6
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 0i64
        i64[0 + 8] = 2i64
        i64[0 + 16] = 25i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @0
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit

  region 2: on from @13, where ways meet
    runs blocks 4..7
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 2i64
        i64[0 + 16] = 25i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @0
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit
;; slices max
func 0: 13 operators
  loop @5: stepped over, for a price of 49 operators replayed; told, its branches would cost 160

  region 0: a call of the function
    runs blocks 0, 2..5, over nest 0
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 7i64
        i64[0 + 8] = 1i64
        i64[0 + 16] = 17i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @5
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit

  nest 0: loop @5
    runs block 1, computes br_if @10
    requests 8 bytes
      v1: i32  i32.load @1, kept aside
    1 loop, replaced by closed forms
    keeps
      func slice(v0: i64, v1: i32) {
        let v12: i64 = i64.extend_i32_u((v1 /u 3 * -1 + 1) * -1)
        i64[0] = v12 * 5i64 + 5i64
        i64[0 + 8] = v12 + 1i64
        return
      }
    results
      i64[0]  fuel in loop @5
      i64[0 + 8]  iterations of loop @5
func 1 function_1: 18 operators
  loop @0: told, because a branch depends on i32.load @2, within it
  loop @4: stepped over, for a price of 47 operators replayed; told, its branches would cost 160

  region 0: a call of the function
    runs block 0
    requests 8 bytes
      v0: i64  which of 1 path
      v1: i32  local 0 as an iteration of loop @0 begins, kept aside
    keeps
      func slice(v0: i64, v1: i32) {
        i64[0] = 1i64
        i64[0 + 8] = 4i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit

  region 1: an iteration of loop @0
    runs blocks 1, 3..8, over nest 0, computes br_if @15
    requests 8 bytes
      v0: i64  which of 1 path
      v1: i32  local 0 as an iteration of loop @0 begins, kept aside
    keeps
      func slice(v0: i64, v1: i32) {
        var v11: i64, v12: i64, v13: i64
        if v1 - 4 {
          v11, v12, v13 = 0i64, 9i64, 4i64
        } else {
          v11, v12, v13 = 1i64, 10i64, 29i64
        }
        i64[0] = v11
        i64[0 + 8] = v12
        i64[0 + 16] = 1i64
        i64[0 + 24] = v13
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @0
      i64[0 + 16]  fuel in loop @4
      i64[0 + 24]  where the path ends: 4 times the block, and 1 more at its exit

  nest 0: loop @4
    runs block 2, computes br_if @9
    requests 8 bytes
      v1: i32  i32.load @2, found in local 1
    1 loop, replaced by closed forms
    keeps
      func slice(v0: i64, v1: i32) {
        let v10: i64 = i64.extend_i32_u((v1 * -1 + 1) * -1)
        i64[0] = v10 * 5i64 + 5i64
        i64[0 + 8] = v10 + 1i64
        return
      }
    results
      i64[0]  fuel in loop @4
      i64[0 + 8]  iterations of loop @4
func 2: 16 operators
  loop @0: stepped over, for a price of 125 operators replayed; told, its branches would cost 160

  region 0: a call of the function
    runs block 0, over nest 0
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 2i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  where the path ends: 4 times the block, and 1 more at its exit

  nest 0: loop @0
    runs blocks 1, 3, computes if @4, computes br_if @12
    requests 8 bytes
      v1: i32  parameter 0, found in local 0
    1 loop, run again when it is priced
    keeps
      func slice(v0: i64, v1: i32) {
        var v2: i64, v5: i64, v8: i32 = 0i64, 0i64, v1
        var v17: i64
        block b2 {
          block b6 {
            block b4 {
              loop b1 {
                let v4: i64 = v2 + 4i64
                let v7: i64 = v5 + 1i64
                if v8 == 77 { break b4 }
                let v12: i64 = v4 + 5i64
                let v14: i32 = v8 - 1
                if !v14 { break b6 }
                v2, v5, v8 = v12, v7, v14
              }
            }
            v17 = v4
            break b2
          }
          v17 = v12
        }
        i64[0] = v17
        i64[0 + 8] = v7
        return
      }
    results
      i64[0]  fuel in loop @0
      i64[0 + 8]  iterations of loop @0

  region 1: on from @5, where ways meet
    runs blocks 2, 6
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 0i64
        i64[0 + 8] = 2i64
        i64[0 + 16] = 25i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @0
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit

  region 2: on from @13, where ways meet
    runs blocks 4..7
    requests 4 bytes
      v0: i64  which of 1 path
    keeps
      func slice(v0: i64) {
        i64[0] = 1i64
        i64[0 + 8] = 2i64
        i64[0 + 16] = 25i64
        return
      }
    results
      i64[0]  fuel outside of loops
      i64[0 + 8]  fuel in loop @0
      i64[0 + 16]  where the path ends: 4 times the block, and 1 more at its exit
