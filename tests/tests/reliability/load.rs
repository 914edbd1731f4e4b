//! The programs that are disturbed, and how often.

/// `short` in an ordinary test, `long` where `WF_RELIABILITY=long` asks for the whole.
pub(crate) fn rounds(short: usize, long: usize) -> usize {
    match std::env::var("WF_RELIABILITY") {
        Ok(form) if form == "long" => long,
        Ok(form) => panic!("WF_RELIABILITY={form}: the only other form is `long`"),
        Err(_) => short,
    }
}

/// Calls, loops of outcomes, loops of values and bulk operators, `rounds` times.
pub(crate) fn mixed(rounds: u32) -> String {
    format!(
        r#"(module
             (memory (export "memory") 1)
             (func $step (param i64) (result i64)
               (if (result i64) (i64.eqz (i64.and (local.get 0) (i64.const 1)))
                 (then (i64.shr_u (local.get 0) (i64.const 1)))
                 (else (i64.add (i64.mul (local.get 0) (i64.const 3)) (i64.const 1)))))
             (func $nest (param $n i32) (local $sum i32)
               (loop $again
                 (local.set $sum (i32.add (local.get $sum) (local.get $n)))
                 (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
             (func (export "_start") (local $n i32) (local $x i64)
               (local.set $n (i32.const {rounds}))
               (local.set $x (i64.const 27))
               (loop $again
                 (local.set $x (call $step (local.get $x)))
                 (if (i32.eqz (i32.and (local.get $n) (i32.const 15)))
                   (then
                     (call $nest (i32.add (i32.const 1) (i32.and (local.get $n) (i32.const 63))))
                     (memory.fill (i32.const 0) (i32.const 1)
                       (i32.and (local.get $n) (i32.const 4095)))))
                 (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#
    )
}
