;; Up to the first zero byte: the bytes decide, so each round is told. Heaps are written as strings.
;;
;; 2 operators, block loop, 9 in each of the k rounds, the last test 4, and 4 behind: 9 k + 12 by
;; unit. By wasmtime block loop end are free and the entry is not: 9 k + 10.
;; heap: <hello> data="hello\00"
;; heap: <empty> data="\00"
;; heap: <escapes> size=32, data="a\tb\"\n\u{e9}"
;; run: length(<hello>) == 5
;; fuel: 57 (unit)
;; fuel: 55 (wasmtime)
;; run: length(<empty>) == 0
;; fuel: 12 (unit)
;; fuel: 10 (wasmtime)
;; run: length(<escapes>) == 7
;; request: length max entry 1 @5; header 1 @5
;; request: length chosen entry 1; header 2
(module (memory 1) (func (export "length") (param $start i32) (result i32) (local $at i32)
  (local.set $at (local.get $start))
  (block (loop
    (br_if 1 (i32.eqz (i32.load8_u (local.get $at))))
    (local.set $at (i32.add (local.get $at) (i32.const 1)))
    (br 0)))
  (i32.sub (local.get $at) (local.get $start))))
