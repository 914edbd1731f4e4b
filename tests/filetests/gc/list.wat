;; A list of structs: made by one loop, added up by another.
;;
;; `build`, a round: get, get, struct.new, set, get, const, sub, tee, br_if: 9. `sum`, a round: get, get,
;; struct.get, add, set, get, struct.get, tee, is_null, eqz, br_if: 11.
;; By unit: loop, 36, end, loop, 44, end, get, end. By wasmtime: entry, 80, get.
;; run: f(4) == 10
;; fuel: 86 (unit)
;; fuel: 82 (wasmtime)
;; run: f(1) == 1
;;
;; The first loop counts the parameter down; a reference of the second one can only be told.
;; 0 loop, …, 9 br_if, 10 end, 11 loop, …, 20 ref.is_null
;; request: 0 chosen entry 1; header 2; nest@0 p0
;; request: 0 max entry 1 @20; header 1 @20; nest@0 p0
(module
  (type $node (struct (field i32) (field (ref null $node))))
  (func (export "f") (param i32) (result i32) (local (ref null $node) i32)
    (loop
      (local.set 1 (struct.new $node (local.get 0) (local.get 1)))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (loop
      (local.set 2 (i32.add (local.get 2) (struct.get $node 0 (local.get 1))))
      (br_if 0 (i32.eqz (ref.is_null
        (local.tee 1 (struct.get $node 1 (local.get 1)))))))
    local.get 2))
