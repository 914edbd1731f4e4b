;; The last bytes of a page, and one further. An address and an offset don't wrap around.
;;
;; By unit: get, load, if: 3; const, `else`, end. By wasmtime: entry, 3, const.
;; run: load(65532) == 2
;; fuel: 6 (unit)
;; The trapping load counts: by unit 2, by wasmtime 3.
;; run: load(65533) == trap MemoryOutOfBounds
;; run: load(-1) == trap MemoryOutOfBounds
;; run: byte(65535) == 2
;; run: byte(65536) == trap MemoryOutOfBounds
;; run: far(0) == trap MemoryOutOfBounds
;; run: far(1) == trap MemoryOutOfBounds
;; A store that ends outside: get, const, store, so 3 and 4.
;; run: store(65528) == 1
;; run: store(65529) == trap MemoryOutOfBounds
;; fuel: 3 (unit)
;; fuel: 4 (wasmtime)
(module (memory 1)
  (func (export "load") (param i32) (result i32)
    (if (result i32) (i32.load (local.get 0)) (then (i32.const 1)) (else (i32.const 2))))
  (func (export "byte") (param i32) (result i32)
    (if (result i32) (i64.eqz (i64.load8_u (local.get 0)))
      (then nop (i32.const 2)) (else (i32.const 1))))
  (func (export "far") (param i32) (result i32)
    (if (result i32) (i32.load offset=0xffffffff (local.get 0))
      (then (i32.const 1)) (else (i32.const 2))))
  (func (export "store") (param i32) (result i32)
    (i64.store (local.get 0) (i64.const -1))
    (if (result i32) (i64.lt_s (i64.load (local.get 0)) (i64.const 0))
      (then (i32.const 1)) (else (i32.const 2)))))
