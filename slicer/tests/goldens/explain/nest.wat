(module
  (func (param $rows i32) (param $columns i32) (local $row i32) (local $column i32)
    (loop $outer
      (local.set $column (i32.const 0))
      (loop $inner
        (local.set $column (i32.add (local.get $column) (i32.const 1)))
        (br_if $inner (i32.lt_u (local.get $column) (local.get $columns))))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br_if $outer (i32.lt_u (local.get $row) (local.get $rows))))))

;; ir chosen
;; func 0: 23 operators
func 0 {
b0(v0: i32, v1: i32):                                       @0
  v11: i32 (zero 2) = i32.const 0
  br b1(v11)
b1(v7: i32 (local 2)):                                      @1
  v2: i32 = i32.const 0                                     @1
  br b2(v2)
b2(v3: i32 (local 3)):                                      @4
  v4: i32 = i32.const 1                                     @5
  v5: i32 = i32.add v3, v4                                  @6
  v6: i32 = i32.lt_u v5, v1                                 @10
  br_if v6, b2(v5), b3                                      @11
b3:                                                         @12
  v8: i32 = i32.const 1                                     @14
  v9: i32 = i32.add v7, v8                                  @15
  v10: i32 = i32.lt_u v9, v0                                @19
  br_if v10, b1(v9), b4                                     @20
b4:                                                         @21
  return                                                    @22
}
;; view chosen
;; func 0: 23 operators
func f0(v0: i32, v1: i32) {
  var v7: i32 = 0
  loop b1 {
    var v3: i32 = 0
    block b3 {
      loop b2 {
        let v5: i32 = v3 + 1
        if !(v5 <u v1) { break b3 }
        v3 = v5
      }
    }
    let v9: i32 = v7 + 1
    if !(v9 <u v0) {
      return
    }
    v7 = v9
  }
}
;; plan chosen
func 0: 23 operators
  blocks
    0  @0..1    region 0                      to 1
    1  @1..4    nest 0, loop @0               to 2
    2  @4..12   nest 0, loop @3               br_if @11, computed: taken to 2, otherwise to 3
    3  @12..13  nest 0, loop @3               to 4
    4  @13..21  nest 0, loop @0               br_if @20, computed: taken to 1, otherwise to 5
    5  @21..22  loop @0                       to 6
    6  @22..23                                to 7
    7  @23..23                                return
  loops
    loop @0: block 1
    loop @3: block 2, in loop @0
  regions
    0  block 0: a call of the function; 1 path, event 0
  nests
    0  block 1: loop @0, then 5; event 1
       carries i32  parameter 0, found in local 0
       carries i32  parameter 1, found in local 1
;; slices chosen
func 0: 23 operators
  loop @0: stepped over, for a price of 78 operators replayed; told, its branches would cost 1760
  loop @3: stepped over with the loop around it

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
    runs blocks 1..5, computes br_if @11, computes br_if @20
    requests 12 bytes
      v1: i32  parameter 0, found in local 0
      v2: i32  parameter 1, found in local 1
    2 loops, replaced by closed forms
    keeps
      func slice(v0: i64, v1: i32, v2: i32) {
        let v11: i64 = i64.extend_i32_u((v2 + -1) * (1 <u v2))
        let v16: i64 = i64.extend_i32_u((v1 + -1) * (1 <u v1))
        let v19: i64 = v11 * 8i64 + 9i64
        let v25: i64 = v11 + 1i64
        i64[0] = v16 * 11i64 + 11i64
        i64[0 + 8] = v19 + v19 * v16
        i64[0 + 16] = v16 + 1i64
        i64[0 + 24] = v25 + v25 * v16
        return
      }
    results
      i64[0]  fuel in loop @0
      i64[0 + 8]  fuel in loop @3
      i64[0 + 16]  iterations of loop @0
      i64[0 + 24]  iterations of loop @3
;; plan min
func 0: 23 operators
  blocks
    0  @0..1    region 0                      to 1
    1  @1..4    region 1, loop @0             to 2
    2  @4..12   region 2, loop @3             br_if @11: taken to 2 +0, otherwise to 3 +1
    3  @12..13  loop @3                       to 4
    4  @13..21  loop @0                       br_if @20: taken to 1 +0, otherwise to 5 +1
    5  @21..22  loop @0                       to 6
    6  @22..23                                to 7
    7  @23..23                                return
  loops
    loop @0: block 1
    loop @3: block 2, in loop @0
  regions
    0  block 0: a call of the function; 1 path, event 0
    1  block 1: an iteration of loop @0; 1 path, event 1
    2  block 2: an iteration of loop @3; 3 paths, events 2..5
