;; An 8-bit counter: 3 is added until it comes round to 0, which takes k rounds with
;; 3 k + start divisible by 256. From 1 that is 85, from 0 all 256, from 253 one.
;;
;; 11 operators a round. By unit also loop end local.get end, by wasmtime the entry and local.get.
;; run: f(1) == 85
;; fuel: 939 (unit)
;; fuel: 937 (wasmtime)
;; run: f(0) == 256
;; fuel: 2820 (unit)
;; fuel: 2818 (wasmtime)
;; run: f(253) == 1
;; fuel: 15 (unit)
;; request: f max entry 1; nest@0 p0
;; request: f chosen entry 1; nest@0 p0
(module (func (export "f") (param i32) (result i32) (local i32)
  (loop
    (local.set 1 (i32.add (local.get 1) (i32.const 1)))
    (br_if 0 (local.tee 0
      (i32.and (i32.add (local.get 0) (i32.const 3)) (i32.const 255)))))
  local.get 1))
