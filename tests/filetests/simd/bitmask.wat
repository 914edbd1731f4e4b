;; Searching a byte 16 at a time: the signs of a comparison as a mask, whose zeros behind are its place.
;; heap: <text> size=48, data="\01\02\03\04\05\06\07\08\09\0a\0b\0c\0d\0e\0f\10\11\12\13"
;;
;; A block without it: get, load, get, splat, eq, bitmask, tee, if: 8, and get, const, add, set, br: 13.
;; With it: 8, the arm get, get, ctz, add, return.
;; By unit: loop, 13, 8, 5. By wasmtime: entry, 13, 8, 4.
;; run: find(<text>, 0x12) == 17
;; fuel: 27 (unit)
;; fuel: 26 (wasmtime)
;; run: find(<text>, 1) == 0
;; run: find(<text>, 16) == 15
;; run: find(65536, 1) == trap MemoryOutOfBounds
;;
;; 0 loop, 1 get, 2 load, 3 get, 4 splat, 5 eq, 6 bitmask, 7 tee, 8 if
;; request: 0 max entry 1 @6; header 1 @6
;; request: 0 chosen entry 1; header 2
(module (memory 1)
  (func (export "find") (param i32 i32) (result i32) (local i32)
    (loop
      (if (local.tee 2 (i8x16.bitmask (i8x16.eq
          (v128.load (local.get 0)) (i8x16.splat (local.get 1)))))
        (then (return (i32.add (local.get 0) (i32.ctz (local.get 2))))))
      (local.set 0 (i32.add (local.get 0) (i32.const 16)))
      (br 0))
    unreachable))
