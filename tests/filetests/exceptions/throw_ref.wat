;; Caught with its reference and thrown again, to the handler around it: n times, where n counts down.
;; run: f(0) == 7
;; run: f(3) == 7
;; Null can't be thrown.
;; run: null() == trap NullReference
;; fuel: 2 (unit)
;; fuel: 3 (wasmtime)
(module
  (tag $number (param i32))
  (func $deep (param i32)
    (if (i32.eqz (local.get 0)) (then (throw $number (i32.const 7))))
    (block $again (result i32 (ref exn))
      (try_table (catch_ref $number $again)
        (call $deep (i32.sub (local.get 0) (i32.const 1))))
      return)
    throw_ref)
  (func (export "f") (param i32) (result i32) (local i32)
    (block $caught (result i32)
      (try_table (catch $number $caught) (call $deep (local.get 0)))
      (return (i32.const 0)))
    local.set 1
    (loop (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    i32.const 7)
  (func (export "null")
    (ref.null exn)
    throw_ref))
