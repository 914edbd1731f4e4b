;; Accesses through null: the trapping operator counts, and one way leads to it.
;;
;; null, struct.get: by unit 2, by wasmtime with the entry 3.
;; run: get() == trap NullReference
;; fuel: 2 (unit)
;; fuel: 3 (wasmtime)
;; null, const, struct.set: 3 and 4.
;; run: set() == trap NullReference
;; fuel: 3 (unit)
;; fuel: 4 (wasmtime)
;; run: length() == trap NullReference
;; fuel: 2 (unit)
;; run: cast() == trap CastFailure
;; A nullable cast lets null pass: null, cast, is_null, if, nop, const, return.
;; run: nullable_cast() == 1
;; fuel: 7 (unit)
;; fuel: 6 (wasmtime)
;; run: extern() == 2
(module
  (type $s (struct (field (mut i32))))
  (type $a (array i32))
  (func (export "get") (result i32)
    (if (struct.get $s 0 (ref.null $s)) (then (return (i32.const 1))))
    i32.const 0)
  (func (export "set")
    (struct.set $s 0 (ref.null $s) (i32.const 1)))
  (func (export "length") (result i32)
    (if (array.len (ref.null $a)) (then (return (i32.const 1))))
    i32.const 0)
  (func (export "cast") (result i32)
    (drop (ref.cast (ref $s) (ref.null any)))
    i32.const 0)
  (func (export "nullable_cast") (result i32)
    (if (ref.is_null (ref.cast (ref null $s) (ref.null any))) (then nop (return (i32.const 1))))
    i32.const 0)
  ;; To a reference of the host and back it is the same object.
  (func (export "extern") (result i32) (local anyref)
    (local.set 0 (any.convert_extern (extern.convert_any (struct.new $s (i32.const 2)))))
    (if (ref.test (ref $s) (local.get 0))
      (then (return (struct.get $s 0 (ref.cast (ref $s) (local.get 0))))))
    i32.const 0))
