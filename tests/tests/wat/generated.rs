//! Functions too large to be written by hand: thousands of branches, labels, clauses and
//! functions. Path counts must not explode, and nothing may recurse on the depth of the input.

use std::fmt::Write as _;

use tests::program::{Program, Value};

/// All generated programs. Cranelift, not anything of ours, limits their sizes: its register
/// allocation takes 40 seconds for a `try_table` of 300 clauses, and it compiles each several times.
pub(crate) fn programs() -> Vec<Program> {
    vec![
        independent_branches(2000),
        nested_ifs(1000),
        nested_blocks(1500),
        wide_table(5000),
        arms_with_loops(300),
        many_functions(1000),
        chain_of_tail_calls(2000),
        many_clauses(60),
        many_sites(1000),
        straight_line(30_000),
        alternating_calls(1000),
        nested_loops(40),
    ]
}

/// Writes formatted text; a string takes everything.
macro_rules! put {
    ($text:expr, $($format:tt)*) => {
        writeln!($text, $($format)*).expect("strings take all text")
    };
}

fn program(name: &str, wat: &str, arguments: &[i32]) -> Program {
    let calls: Vec<[Value; 1]> = arguments.iter().map(|&value| [Value::I32(value)]).collect();
    let calls: Vec<(&str, &[Value])> = calls.iter().map(|call| ("run", &call[..])).collect();
    Program::text(format!("generated: {name}"), wat, &calls)
}

/// 2^n paths: each test is taken or not, as a bit of the argument says.
fn independent_branches(branches: u32) -> Program {
    let mut body = String::new();
    for branch in 0..branches {
        let bit = branch % 31;
        put!(body, "local.get 0 i32.const {bit} i32.shr_u i32.const 1 i32.and");
        put!(body, "if local.get 1 i32.const {branch} i32.add local.set 1 end");
    }
    let wat = format!(
        "(module (func (export \"run\") (param i32) (result i32) (local i32) {body} local.get 1))"
    );
    program("independent branches", &wat, &[0, -1, 0x5555_5555, 0x1234_5678])
}

/// An `if` in an `if` in an `if`: the argument says how deep it goes.
fn nested_ifs(depth: u32) -> Program {
    let mut body = String::new();
    for level in 0..depth {
        put!(body, "local.get 0 i32.const {level} i32.gt_u if (result i32)");
    }
    put!(body, "i32.const -1");
    for level in (0..depth).rev() {
        put!(body, "else i32.const {level} nop end");
    }
    let wat = format!("(module (func (export \"run\") (param i32) (result i32) {body}))");
    program("nested ifs", &wat, &[0, 1, depth as i32 / 2, depth as i32, -1])
}

/// A br_table with a label for each of many nested blocks.
fn nested_blocks(depth: u32) -> Program {
    let mut body = String::new();
    for _ in 0..depth {
        put!(body, "block");
    }
    let labels: Vec<String> = (0..depth).map(|label| label.to_string()).collect();
    put!(body, "local.get 0 br_table {}", labels.join(" "));
    for level in 0..depth {
        put!(body, "end local.get 1 i32.const {level} i32.xor local.set 1");
    }
    let wat = format!(
        "(module (func (export \"run\") (param i32) (result i32) (local i32) {body} local.get 1))"
    );
    program("nested blocks", &wat, &[0, 1, depth as i32 / 3, depth as i32 - 1, -1])
}

/// A br_table with thousands of entries for three labels, within a loop.
fn wide_table(entries: u32) -> Program {
    let labels: Vec<String> = (0..entries).map(|entry| (entry * 7 % 3).to_string()).collect();
    let wat = format!(
        "(module (func (export \"run\") (param i32) (result i32) (local i32)
           block $out
             loop $next
               block $second
                 block $first
                   local.get 1 i32.const 1 i32.add local.tee 1
                   local.get 0 i32.ge_u br_if $out
                   block
                     local.get 1 br_table {}
                   end
                   local.get 1 i32.const 3 i32.add local.set 1
                   br $next
                 end
                 local.get 1 i32.const 1 i32.xor local.set 1
                 local.get 1 i32.const 2 i32.add local.set 1
                 br $next
               end
               br $next
             end
           end
           local.get 1))",
        labels.join(" ")
    );
    program("wide table", &wat, &[0, 1, 1000, entries as i32 + 100])
}

/// A switch in a loop, each arm a loop of its own.
fn arms_with_loops(arms: u32) -> Program {
    let mut body = String::new();
    for _ in 0..=arms {
        put!(body, "block");
    }
    let labels: Vec<String> = (0..=arms).map(|label| label.to_string()).collect();
    put!(body, "local.get 1 i32.const {arms} i32.rem_u br_table {}", labels.join(" "));
    for arm in 0..arms {
        put!(body, "end i32.const {} local.set 2", arm % 5 + 1);
        put!(body, "loop local.get 3 local.get 2 i32.add local.set 3");
        put!(body, "local.get 2 i32.const 1 i32.sub local.tee 2 br_if 0 end");
        put!(body, "br {}", arms - arm - 1);
    }
    put!(body, "end");
    let wat = format!(
        "(module (func (export \"run\") (param i32) (result i32) (local i32 i32 i32)
           loop $next
             {body}
             local.get 1 i32.const 7 i32.add local.tee 1
             local.get 0 i32.lt_u br_if $next
           end
           local.get 3))"
    );
    program("arms with loops", &wat, &[1, 5000])
}

/// Each function calls the two behind it, down to a depth that the argument gives.
fn many_functions(functions: u32) -> Program {
    let mut text = String::new();
    for index in 0..functions {
        let (near, far) = ((index * 2 + 1) % functions, (index * 2 + 2) % functions);
        put!(
            text,
            "(func $f{index} (param i32) (result i32)
               local.get 0 i32.eqz if i32.const {index} return end
               local.get 0 i32.const 1 i32.sub call $f{near}
               local.get 0 i32.const 1 i32.sub call $f{far} i32.xor)"
        );
    }
    let wat = format!(
        "(module {text} (func (export \"run\") (param i32) (result i32) local.get 0 call $f0))"
    );
    program("many functions", &wat, &[0, 1, 12])
}

/// Each function ends in a tail call of the next.
fn chain_of_tail_calls(functions: u32) -> Program {
    let mut text = String::new();
    for index in 0..functions {
        let next = (index + 1) % functions;
        put!(
            text,
            "(func $f{index} (param i32) (result i32)
               local.get 0 i32.eqz if i32.const {index} return end
               local.get 0 i32.const 1 i32.sub return_call $f{next})"
        );
    }
    let wat = format!(
        "(module {text} (func (export \"run\") (param i32) (result i32) local.get 0 call $f0))"
    );
    program("chain of tail calls", &wat, &[0, 1999, 50_000])
}

/// A try_table with a clause for each of many tags, in a loop that throws all of them.
fn many_clauses(tags: u32) -> Program {
    let (mut declarations, mut clauses, mut body) = (String::new(), String::new(), String::new());
    for tag in 0..tags {
        put!(declarations, "(tag $t{tag} (param i32))");
        put!(clauses, "(catch $t{tag} $caught)");
    }
    for _ in 0..tags {
        put!(body, "block");
    }
    let labels: Vec<String> = (0..tags).map(|label| label.to_string()).collect();
    put!(body, "local.get 1 i32.const {tags} i32.rem_u br_table {}", labels.join(" "));
    for tag in 0..tags {
        put!(body, "end i32.const {tag} throw $t{tag}");
    }
    let wat = format!(
        "(module {declarations}
           (func (export \"run\") (param i32) (result i32) (local i32 i32)
             loop $next
               block $caught (result i32)
                 try_table {clauses}
                   {body}
                 end
                 unreachable
               end
               local.get 2 i32.add local.set 2
               local.get 1 i32.const 11 i32.add local.tee 1
               local.get 0 i32.lt_u br_if $next
             end
             local.get 2))"
    );
    program("many clauses", &wat, &[1, 3000])
}

/// Bulk operators of many lengths in one straight line, and the last of them may trap.
fn many_sites(sites: u32) -> Program {
    let mut body = String::new();
    for site in 0..sites {
        put!(body, "i32.const {} i32.const {site} local.get 0 i32.const {}", site * 7, site % 13);
        put!(body, "i32.mul memory.fill");
    }
    let wat = format!(
        "(module (memory 1) (func (export \"run\") (param i32) (result i32)
           {body} i32.const 700 i32.load))"
    );
    program("many sites", &wat, &[0, 1, 10, 10_000])
}

/// A long function without branches.
fn straight_line(operators: u32) -> Program {
    let mut body = String::new();
    for number in 0..operators / 2 {
        put!(body, "i32.const {} i32.add", number % 64);
    }
    let wat =
        format!("(module (func (export \"run\") (param i32) (result i32) local.get 0 {body}))");
    program("straight line", &wat, &[0, 1])
}

/// Branches and calls by turns, so that every region is short.
fn alternating_calls(pairs: u32) -> Program {
    let mut body = String::new();
    for pair in 0..pairs {
        put!(body, "local.get 0 i32.const {} i32.and if call $leaf end", 1 << (pair % 12));
        put!(body, "local.get 0 i32.const {} i32.rem_u br_if 0 call $leaf", pair % 3 + 1);
    }
    let wat = format!("(module (func $leaf) (func (export \"run\") (param i32) {body}))");
    program("alternating calls", &wat, &[0, 1, 6, 0xfff, 0x600])
}

/// Loops within loops: the innermost body runs once for each of the first iterations.
fn nested_loops(depth: u32) -> Program {
    let mut body = String::new();
    for level in 0..depth {
        put!(body, "loop local.get 1 i32.const {level} i32.add local.set 1");
    }
    for _ in 0..depth {
        // All loops share one counter, so that the whole nest ends soon.
        put!(body, "local.get 0 i32.const 1 i32.sub local.tee 0 i32.const 0 i32.gt_s br_if 0 end");
    }
    let wat = format!(
        "(module (func (export \"run\") (param i32) (result i32) (local i32) {body} local.get 1))"
    );
    program("nested loops", &wat, &[0, 1, 10_000])
}
