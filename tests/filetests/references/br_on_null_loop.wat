;; Around a loop as long as a reference isn't null: functions that return the next one.
;; run: f() == 3
(module
  (rec (type $next (func (result (ref null $next)))))
  (elem declare func $one $two $three)
  (func $one (type $next) (ref.func $two))
  (func $two (type $next) (ref.func $three))
  (func $three (type $next) (ref.null $next))
  (func (export "f") (result i32) (local i32)
    (ref.func $one)
    (loop (param (ref $next))
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      call_ref $next
      br_on_non_null 0)
    local.get 0))
