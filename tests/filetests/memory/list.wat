;; A linked list: each node holds the address of the next one and a value, which is added up.
;; heap: <nothing> size=16
;; heap: <first> size=16, data="\20\00\00\00\05"
;; heap: <second> size=16, data="\30\00\00\00\07"
;; heap: <third> size=16, data="\00\00\00\00\09"
;;
;; The addresses are 0, 16, 32 and 48. A node: get, get, load, add, set, get, load, tee, br_if: 9.
;; By unit: loop, 27, end, get, end. By wasmtime: entry, 27, get.
;; run: sum(<first>) == 21
;; fuel: 31 (unit)
;; fuel: 29 (wasmtime)
;; run: sum(<third>) == 9
;;
;; What is loaded decides: the max slice records it in each round, whoever loads it.
;; 0 loop, 1 get, 2 get, 3 load, 4 add, 5 set, 6 get, 7 load, 8 tee, 9 br_if.
;; request: 0 max entry 1 @7; header 1 @7
;; request: 0 min entry 1; header 2
;; request: 0 chosen entry 1; header 2
(module (memory 1)
  (func (export "sum") (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.load offset=4 (local.get 0))))
      (br_if 0 (local.tee 0 (i32.load (local.get 0)))))
    local.get 1))
