;; Fifty blocks: either all of them are left at once, or one `end` after the other.
;;
;; Taken: 50 block, local.get, br_if and the last `end`, 53 by unit. Otherwise 50 more `end`s, 103.
;; By wasmtime blocks are free: the entry, local.get and br_if, 3.
;; run: f(1) == ()
;; fuel: 53 (unit)
;; fuel: 3 (wasmtime)
;; run: f(0) == ()
;; fuel: 103 (unit)
;; fuel: 3 (wasmtime)
;; request: f max entry 1 p0
;; request: f min entry 2
;; request: f chosen entry 2
(module (func (export "f") (param i32)
  block block block block block block block block block block
  block block block block block block block block block block
  block block block block block block block block block block
  block block block block block block block block block block
  block block block block block block block block block block
  (br_if 49 (local.get 0))
  end end end end end end end end end end
  end end end end end end end end end end
  end end end end end end end end end end
  end end end end end end end end end end
  end end end end end end end end end end))
