;; Parts of arrays from segments: what is asked for is charged, whether it fits or not.
;;
;; const, new_default of 4, tee, const, get, const, init_data of 2: by unit 7, by wasmtime with the entry
;; and 6 elements 14.
;; run: data(3) == trap MemoryOutOfBounds
;; fuel: 7 (unit)
;; fuel: 14 (wasmtime)
;; 5, 6, 7 and 8, two from the second on, behind a 0: 0 6 7 0.
;; run: data(1) == 13
;; run: data(2) == 15
;; run: elements(0) == 1
;; run: elements(1) == 0
;; run: elements(2) == trap TableOutOfBounds
(module
  (type $bytes (array (mut i8)))
  (type $functions (array (mut funcref)))
  (data $d "\05\06\07\08")
  (elem $e funcref (ref.func $data) (ref.null func))
  (func $data (export "data") (param i32) (result i32) (local $a (ref null $bytes)) (local i32 i32)
    (array.init_data $bytes $d
      (local.tee $a (array.new_default $bytes (i32.const 4)))
      (i32.const 1) (local.get 0) (i32.const 2))
    (loop
      (local.set 3 (i32.add (local.get 3) (array.get_u $bytes (local.get $a) (local.get 2))))
      (br_if 0 (i32.lt_u
        (local.tee 2 (i32.add (local.get 2) (i32.const 1))) (array.len (local.get $a)))))
    local.get 3)
  (func (export "elements") (param i32) (result i32) (local $a (ref null $functions))
    (array.init_elem $functions $e
      (local.tee $a (array.new_default $functions (i32.const 1)))
      (i32.const 0) (local.get 0) (i32.const 1))
    (if (result i32) (ref.is_null (array.get $functions (local.get $a) (i32.const 0)))
      (then (i32.const 0)) (else nop (i32.const 1)))))
