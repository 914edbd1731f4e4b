;; `unreachable` directly in a `try_table`: a trap, which no clause catches. The handler's block is empty
;; and lies inside of the one before it.
;;
;; block, try_table, unreachable: by unit 3, by wasmtime entry and try_table.
;; run: f() == trap UnreachableCodeReached
;; fuel: 3 (unit)
;; fuel: 2 (wasmtime)
(module
  (func (export "f") (result i32)
    (block $caught
      (try_table (result i32) (catch_all $caught) unreachable)
      return)
    i32.const 1))
