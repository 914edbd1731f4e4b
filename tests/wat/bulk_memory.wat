;; The bulk operators of memories: what they charge is charged also when they fail or trap.
;;
;; `fill n`: const, const, get, memory.fill, final end. wasmtime 1 + 4 + n; unit 5.
;; run: fill 0
;; fuel: wasmtime=5 unit=5
;; run: fill 1000
;; fuel: wasmtime=1005 unit=5
;; Out of bounds: the bytes are charged as well. unit: 4, the `end` is not reached.
;; run: fill 65537 -> trap MemoryOutOfBounds
;; fuel: wasmtime=65542 unit=4
;; A length of -1 is 4294967295 bytes, none of them written.
;; run: fill -1 -> trap MemoryOutOfBounds
;; fuel: wasmtime=4294967300 unit=4
;;
;; `copy n`: the same operators.
;; run: copy 1000
;; fuel: wasmtime=1005 unit=5
;; run: copy 65536 -> trap MemoryOutOfBounds
;; fuel: wasmtime=65541 unit=4
;;
;; `init from n`: const, get, get, memory.init, data.drop is another function.
;; run: init 0 5
;; fuel: wasmtime=10 unit=5
;; run: init 3 3 -> trap MemoryOutOfBounds
;; fuel: wasmtime=8 unit=4
;; A dropped segment is empty: only length 0 works. `drop_segment` is data.drop: wasmtime 2, unit 2.
;; run: drop_segment
;; then: init 0 0
;; then: init 0 1 -> trap MemoryOutOfBounds
;; fuel: wasmtime=13 unit=11
;;
;; `grow n`: get, memory.grow: pages are free in wasmtime.
;; run: grow 1 -> 1
;; fuel: wasmtime=3 unit=3
;; run: grow 100 -> -1
;; fuel: wasmtime=3 unit=3
;; run: grow 0 -> 1
;; then: grow 2 -> 1
;; then: grow -1 -> -1
;; then: grow 1 -> -1
;;
;; `copies n`: a loop of copies whose lengths differ: n + (n - 1) + ... + 1 bytes.
;; Body: const, const, get, memory.copy, get, const, sub, tee, br_if = 9.
;; wasmtime: 1 + 9 n + n (n + 1) / 2 = 1 + 90 + 55. unit: loop + 9 n + end + end.
;; run: copies 10
;; fuel: wasmtime=146 unit=93
;;
;; `overlapping`: the copy moves a string by one byte.
;; run: overlapping -> 97
;;
;; Constant lengths, of which several stand in one straight line: 3 x (3 consts + fill) and
;; 10 + 0 + 20 bytes. wasmtime: 1 + 12 + 30; unit: 12 + final end.
;; run: constants
;; fuel: wasmtime=43 unit=13
;; The second of three traps: the first is done and paid for, the third is not: 8 operators and
;; 10 + 100 bytes.
;; run: second_traps -> trap MemoryOutOfBounds
;; fuel: wasmtime=119 unit=8
(module
  (memory (export "memory") 1 3)
  (data $text "abcde")
  (func (export "fill") (param i32)
    i32.const 0
    i32.const 255
    local.get 0
    memory.fill)
  (func (export "copy") (param i32)
    i32.const 100
    i32.const 0
    local.get 0
    memory.copy)
  (func (export "init") (param i32 i32)
    i32.const 50
    local.get 0
    local.get 1
    memory.init $text)
  (func (export "drop_segment")
    data.drop $text)
  (func (export "grow") (param i32) (result i32)
    local.get 0
    memory.grow)
  (func (export "copies") (param $n i32)
    loop
      i32.const 100
      i32.const 0
      local.get $n
      memory.copy
      local.get $n
      i32.const 1
      i32.sub
      local.tee $n
      br_if 0
    end)
  (func (export "overlapping") (result i32)
    i32.const 0
    i32.const 0
    i32.const 5
    memory.init $text
    i32.const 1
    i32.const 0
    i32.const 5
    memory.copy
    i32.const 1
    i32.load8_u)
  (func (export "constants")
    i32.const 0
    i32.const 1
    i32.const 10
    memory.fill
    i32.const 0
    i32.const 1
    i32.const 0
    memory.fill
    i32.const 0
    i32.const 1
    i32.const 20
    memory.fill)
  (func (export "second_traps")
    i32.const 0
    i32.const 1
    i32.const 10
    memory.fill
    i32.const 65500
    i32.const 1
    i32.const 100
    memory.fill
    i32.const 0
    i32.const 1
    i32.const 20
    memory.fill))
