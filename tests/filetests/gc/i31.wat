;; 31 bits in a reference: the sign is bit 30. The number of rounds until it is shifted away.
;; run: signed(0x40000000) == -1073741824
;; run: signed(7) == 3
;; run: unsigned(-1) == 31
;; run: unsigned(0x80000001) == 1
;; run: nothing() == trap NullReference
;; fuel: 2 (unit)
;; fuel: 3 (wasmtime)
;; 0 get, 1 ref.i31, 2 i31.get_u, 3 set, 4 loop: the number behind the reference is a source.
;; request: 1 max entry 1; nest@4 @2
;; request: 1 chosen entry 1; nest@4 @2
(module
  (func (export "signed") (param i32) (result i32) (local i32 i32)
    (local.set 1 (i31.get_s (ref.i31 (local.get 0))))
    (if (i32.lt_s (local.get 1) (i32.const 0)) (then (return (local.get 1))))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (local.tee 1 (i32.shr_u (local.get 1) (i32.const 1)))))
    local.get 2)
  (func (export "unsigned") (param i32) (result i32) (local i32 i32)
    (local.set 1 (i31.get_u (ref.i31 (local.get 0))))
    (loop
      (local.set 2 (i32.add (local.get 2) (i32.const 1)))
      (br_if 0 (local.tee 1 (i32.shr_u (local.get 1) (i32.const 1)))))
    local.get 2)
  (func (export "nothing") (result i32)
    (if (i31.get_s (ref.null i31)) (then (return (i32.const 1))))
    i32.const 0))
