;; br_table: default, one label twice, with values, back to a loop, out of the function.
;;
;; `classify`: block block block local.get br_table 0 1 0 2 (default 2).
;; Label 0 is named twice: 0 and 2. Each arm: i32.const, return.
;; wasmtime: 1 + local.get + br_table + const = 4 (return is free), and the default arm is local.
;; unit: 3 blocks + 2 + (const, return) = 7 for the arms. The default arm, behind the last `end`,
;; is const + final end = 7 as well: no branch executes an `end`.
;; run: classify 0 -> 100
;; fuel: wasmtime=4 unit=7
;; run: classify 1 -> 101
;; fuel: wasmtime=4 unit=7
;; run: classify 2 -> 100
;; fuel: wasmtime=4 unit=7
;; run: classify 3 -> 102
;; fuel: wasmtime=4 unit=7
;; run: classify -1 -> 102
;; fuel: wasmtime=4 unit=7
;;
;; `with_value`: the value 5 travels to either label. Label 0 adds 1, label 1 does not.
;; block block const get br_table = 5 operators, 3 of them cost under wasmtime.
;; To label 0: const, add, end (of the outer block), final end.
;; wasmtime: 1 + 3 + 2 = 6; to label 1: 4. unit: 5 + 2 + end + end = 9; to label 1: 5 + 1 = 6.
;; run: with_value 0 -> 6
;; fuel: wasmtime=6 unit=9
;; run: with_value 1 -> 5
;; fuel: wasmtime=4 unit=6
;; run: with_value 99 -> 5
;;
;; `only_default`: br_table with a default alone.
;; run: only_default 0 -> 3
;; run: only_default 17 -> 3
;;
;; `sum`: label 0 is a loop with a parameter, the default is the function: both take the sum.
;; Body: get, add, get, const, sub, tee, const, le_s, br_table = 9. No `end` is ever executed.
;; wasmtime: 1 + const + 9 n. unit: const + loop + 9 n.
;; run: sum 5 -> 15
;; fuel: wasmtime=47 unit=47
;; run: sum 6 -> 21
;; fuel: wasmtime=56 unit=56
;;
;; `all_same`: every entry and the default are one label, the loop's, until the count is over.
;; Body: local.get, i32.eqz, br_if 1 = 3; then local.get, const, sub, local.tee, br_table = 5.
;; n rounds and one last test: wasmtime: 1 + 8 n + 3. unit: block + loop + 8 n + 3 + final end.
;; run: all_same 4
;; fuel: wasmtime=36 unit=38
(module
  (func (export "classify") (param i32) (result i32)
    block
      block
        block
          local.get 0
          br_table 0 1 0 2
        end
        i32.const 100
        return
      end
      i32.const 101
      return
    end
    i32.const 102)
  (func (export "with_value") (param i32) (result i32)
    block (result i32)
      block (result i32)
        i32.const 5
        local.get 0
        br_table 0 1 1
      end
      i32.const 1
      i32.add
    end)
  (func (export "only_default") (param i32) (result i32)
    block (result i32)
      i32.const 3
      local.get 0
      br_table 0
    end)
  (func (export "sum") (param $n i32) (result i32)
    i32.const 0
    loop $again (param i32) (result i32)
      local.get $n
      i32.add
      local.get $n
      i32.const 1
      i32.sub
      local.tee $n
      i32.const 0
      i32.le_s
      br_table 0 1
    end)
  (func (export "all_same") (param $n i32)
    block $out
      loop $again
        local.get $n
        i32.eqz
        br_if $out
        local.get $n
        i32.const 1
        i32.sub
        local.tee $n
        br_table $again $again $again $again
      end
    end))
