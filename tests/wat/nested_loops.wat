;; Loops within loops, loops with parameters, and branches from an inner to an outer header.
;;
;; `triangle n`: for each i in 1..=n, j counts from i down to 1.
;; Outer body before the inner loop: get, const, add, local.tee, local.set = 5. Inner body: get,
;; const, sub, tee, br_if = 5. Behind it: get, get, lt_u, br_if = 4.
;; wasmtime: 1 + 9 n + 5 n (n + 1) / 2. n = 4: 1 + 36 + 50 = 87.
;; unit: loop + n (9 + inner loop 1 + inner end 1) + 5 n (n + 1) / 2 + end + final end
;; = 1 + 4 x 11 + 50 + 2 = 97.
;; run: triangle 4
;; fuel: wasmtime=87 unit=97
;; run: triangle 100
;; fuel: wasmtime=26151 unit=26353
;;
;; `continue_outer n`: the inner loop always leaves by a branch to the outer header.
;; run: continue_outer 20 -> 20
;; run: three_levels 3 -> 27
;; run: collatz 27 -> 111
;; run: gcd 1071 462 -> 21
;; run: never_iterates -> 5
;; run: two_latches 25 -> 5 20
(module
  (func (export "triangle") (param $n i32)
    (local $i i32) (local $j i32)
    loop $outer
      local.get $i
      i32.const 1
      i32.add
      local.tee $i
      local.set $j
      loop $inner
        local.get $j
        i32.const 1
        i32.sub
        local.tee $j
        br_if $inner
      end
      local.get $i
      local.get $n
      i32.lt_u
      br_if $outer
    end)
  (func (export "continue_outer") (param $n i32) (result i32)
    (local $i i32)
    block $done
      loop $outer
        local.get $i
        local.get $n
        i32.ge_u
        br_if $done
        loop $inner
          local.get $i
          i32.const 1
          i32.add
          local.tee $i
          i32.const 3
          i32.rem_u
          br_if $inner
          br $outer
        end
      end
    end
    local.get $n)
  (func (export "three_levels") (param $n i32) (result i32)
    (local $i i32) (local $j i32) (local $k i32) (local $count i32)
    loop $first
      i32.const 0
      local.set $j
      loop $second
        i32.const 0
        local.set $k
        loop $third
          local.get $count
          i32.const 1
          i32.add
          local.set $count
          local.get $k
          i32.const 1
          i32.add
          local.tee $k
          local.get $n
          i32.lt_u
          br_if $third
        end
        local.get $j
        i32.const 1
        i32.add
        local.tee $j
        local.get $n
        i32.lt_u
        br_if $second
      end
      local.get $i
      i32.const 1
      i32.add
      local.tee $i
      local.get $n
      i32.lt_u
      br_if $first
    end
    local.get $count)
  (func (export "collatz") (param $n i32) (result i32)
    (local $steps i32)
    block $done
      loop $step
        local.get $n
        i32.const 1
        i32.eq
        br_if $done
        local.get $n
        i32.const 1
        i32.and
        if (result i32)
          local.get $n
          i32.const 3
          i32.mul
          i32.const 1
          i32.add
        else
          local.get $n
          i32.const 1
          i32.shr_u
        end
        local.set $n
        local.get $steps
        i32.const 1
        i32.add
        local.set $steps
        br $step
      end
    end
    local.get $steps)
  (func (export "gcd") (param i32 i32) (result i32)
    local.get 0
    local.get 1
    loop $step (param i32 i32) (result i32)
      local.set 1
      local.set 0
      local.get 1
      i32.eqz
      if (result i32)
        local.get 0
      else
        local.get 1
        local.get 0
        local.get 1
        i32.rem_u
        br $step
      end
    end)
  (func (export "never_iterates") (result i32)
    loop (result i32)
      i32.const 5
    end)
  ;; One header, two ways back to it.
  (func (export "two_latches") (param $n i32) (result i32 i32)
    (local $i i32) (local $fives i32) (local $others i32)
    loop $next
      local.get $i
      i32.const 1
      i32.add
      local.tee $i
      local.get $n
      i32.gt_u
      if
        local.get $fives
        local.get $others
        return
      end
      local.get $i
      i32.const 5
      i32.rem_u
      if
        local.get $others
        i32.const 1
        i32.add
        local.set $others
        br $next
      end
      local.get $fives
      i32.const 1
      i32.add
      local.set $fives
      br $next
    end
    unreachable))
