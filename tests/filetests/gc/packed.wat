;; Packed fields and elements: what is kept of a number, read with and without a sign.
;; run: field(0x180) == 1
;; run: field(0x7f) == 0
;; run: element(0x18000) == 1
;; run: element(0x17fff) == 0
;; run: rounds(0x105) == 5
;; 0 get, 1 struct.new, 2 struct.get_s, 3 const, 4 lt_s, 5 if
;; request: 0 max entry 1 @2
(module
  (type $byte (struct (field (mut i8))))
  (type $shorts (array (mut i16)))
  (func (export "field") (param i32) (result i32)
    (if (i32.lt_s (struct.get_s $byte 0 (struct.new $byte (local.get 0))) (i32.const 0))
      (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "element") (param i32) (result i32)
    (if (i32.lt_s
        (array.get_s $shorts (array.new $shorts (local.get 0) (i32.const 2)) (i32.const 1))
        (i32.const 0))
      (then nop (return (i32.const 1))))
    i32.const 0)
  (func (export "rounds") (param i32) (result i32) (local (ref null $byte) i32)
    (local.set 1 (struct.new_default $byte))
    (struct.set $byte 0 (local.get 1) (local.get 0))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 2) (struct.get_u $byte 0 (local.get 1)))))
    local.get 2))
