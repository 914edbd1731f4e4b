;; A loop to 1 in steps of 2 from 0 would never end, but it reads memory on its way, which does. Min
;; slices tell each round and are exact. The others know where it started and that it trapped, see
;; `never_ending_nest.wat`.
;;
;; A round is 10 operators, 9 of them not free; 32768 of them read the memory, the next one traps
;; with its second operator. By unit also loop, by wasmtime the entry.
;; slices: min
;; run: f(0) == trap MemoryOutOfBounds
;; fuel: 327683 (unit)
;; fuel: 294915 (wasmtime)
;; request: f min entry 1; header 2
(module (memory 1) (func (export "f") (param $i i32)
  (loop
    (drop (i32.load8_u (local.get $i)))
    (br_if 0 (i32.ne
      (local.tee $i (i32.add (local.get $i) (i32.const 2))) (i32.const 1))))))
