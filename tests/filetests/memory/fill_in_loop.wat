;; A bulk operator in a nest: the rounds are stepped over, but its bytes are told each time.
;;
;; Nine operators in each of four rounds, with loop end end 39 by unit, with the entry 37 by
;; wasmtime-45. In Wasmtime 48 the 4 + 3 + 2 + 1 bytes more.
;; run: f(4) == ()
;; fuel: 39 (unit)
;; fuel: 37 (wasmtime-45)
;; fuel: 47 (wasmtime)
;; request: f max entry 1; nest@0 p0
;; request: f chosen entry 1; nest@0 p0
(module (memory 1) (func (export "f") (param i32)
  (loop
    (memory.fill (i32.const 0) (i32.const 1) (local.get 0))
    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
