;; A start function that traps: nothing can be called, and what it executed is counted.
;;
;; loop of 5: [global.get, const, add, global.set, global.get, const, lt_u, br_if = 8], then
;; `unreachable`. wasmtime: 1 + 5 x 8 = 41. unit: loop + 40 + end + unreachable = 43.
;; start: trap UnreachableCodeReached
;; fuel: wasmtime=41 unit=43
(module
  (global $count (mut i32) (i32.const 0))
  (start $init)
  (func $init
    loop
      global.get $count
      i32.const 1
      i32.add
      global.set $count
      global.get $count
      i32.const 5
      i32.lt_u
      br_if 0
    end
    unreachable)
  (func (export "never")))
