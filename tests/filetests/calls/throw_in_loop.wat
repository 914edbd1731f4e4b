;; A loop that catches in each round: no nest, because what is thrown comes in from the side.
;;
;; A round is block try_table local.get i32.const i32.sub throw, and behind the dead `end`s
;; local.set local.get br_if. By unit 9, and once loop end end; by wasmtime, where block is free, 8,
;; and the entry.
;; run: f(3) == ()
;; fuel: 30 (unit)
;; fuel: 25 (wasmtime)
;; request: f min entry 1; landing 2
;; request: f chosen entry 1; landing 2
(module (tag $next (param i32))
  (func (export "f") (param i32)
    (loop
      (block $caught (result i32)
        (try_table (catch $next $caught)
          (throw $next (i32.sub (local.get 0) (i32.const 1))))
        unreachable)
      (local.set 0)
      (br_if 0 (local.get 0)))))
