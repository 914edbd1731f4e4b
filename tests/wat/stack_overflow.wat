;; A stack overflow: the program counts its own activations in a global, so the expected total is
;; known although the depth depends on the size of native frames.
;;
;; Each activation: global.get, const, add, global.set, local.get, const, add, call = 8 operators.
;; The last call is paid for, but its callee is never entered. wasmtime: 9 for each activation,
;; unit: 8. `depth` names the exported global.
;; run: descend 0 -> trap StackOverflow
;; fuel: wasmtime=9*depth unit=8*depth
(module
  (global $depth (export "depth") (mut i32) (i32.const 0))
  (func $descend (export "descend") (param i32) (result i32)
    global.get $depth
    i32.const 1
    i32.add
    global.set $depth
    local.get 0
    i32.const 1
    i32.add
    call $descend
    i32.const 1
    i32.add))
