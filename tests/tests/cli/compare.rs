//! `wf-analyze diff` of runs that differ.

use serde_json::{Value, json};

use crate::binaries::{Runs, wf_analyze, wf_record};
use crate::folder::Folder;

/// `run` calls `same`, and then, as its argument says, `work` and `old`, or `work` and `new`.
const PROGRAM: &str = r#"(module
  (func $work (param $n i32)
    loop $again
      local.get $n i32.const 1 i32.sub local.tee $n
      br_if $again
    end)
  (func $old i32.const 10 call $work)
  (func $new i32.const 30 call $work)
  (func $same i32.const 5 call $work)
  (func (export "run") (param i32)
    call $same
    local.get 0
    if i32.const 20 call $work call $new else i32.const 50 call $work call $old end))"#;

/// By hand: `work` is entered and has 5 operators that cost something in each iteration; `old`, `new`
/// and `same` are entered and have 2 operators; `run` is entered and has 6 on each way.
const BEFORE: u64 = (1 + 5 * 5) + (1 + 5 * 50) + (1 + 5 * 10) + 3 + 3 + 7;
const AFTER: u64 = (1 + 5 * 5) + (1 + 5 * 20) + (1 + 5 * 30) + 3 + 3 + 7;

/// A folder with the traces `before.bin` and `after.bin`.
fn recorded() -> Folder {
    let folder = Folder::new();
    let module = folder.write_module("program.wasm", PROGRAM);
    for (trace, argument) in [("before.bin", "0"), ("after.bin", "1")] {
        wf_record(folder.path()).run(["-o", trace, "--invoke", "run", module, argument]).exits(0);
    }
    folder
}

#[test]
fn functions_that_changed_that_are_new_and_that_are_gone_are_told() {
    let text = "\
total  341 -> 291 (-50, -14.7 %)

before  after  change           calls  function
   328    278     -50  -15.2 %      0  work
     0      3      +3      new     +1  new
     3      0      -3     gone     -1  old
2 functions cost the same
";
    assert_eq!((BEFORE, AFTER), (341, 291));
    wf_analyze(recorded().path()).run(["diff", "before.bin", "after.bin"]).exits(0).prints(text);
}

#[test]
fn the_same_is_told_as_json() {
    let folder = recorded();
    let run = wf_analyze(folder.path())
        .run(["diff", "--format", "json", "before.bin", "after.bin"])
        .exits(0);
    let document: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let expected = json!({
        "schema": "wf-diff/1",
        "total": { "before": BEFORE, "after": AFTER },
        "functions": [
            { "name": "work", "before": { "self": 328, "calls": 3 }, "after": { "self": 278, "calls": 3 } },
            { "name": "new", "before": null, "after": { "self": 3, "calls": 1 } },
            { "name": "old", "before": { "self": 3, "calls": 1 }, "after": null },
        ],
        "same": 2,
    });
    assert_eq!(document, expected);
}

#[test]
fn what_costs_more_than_the_tolerance_allows_fails() {
    let folder = recorded();
    let status = |arguments: [&str; 3]| wf_analyze(folder.path()).arg("diff").run(arguments).code;
    assert_eq!(status(["--tolerance=0", "before.bin", "after.bin"]), 0, "it costs less");
    assert_eq!(status(["--tolerance=17", "after.bin", "before.bin"]), 1, "`work` costs 18 % more");
    assert_eq!(status(["--tolerance=18", "after.bin", "before.bin"]), 0);
}

/// A frame of a flame graph: its fuel, and red and blue of its colour.
fn frames<'s>(svg: &'s str, name: &'s str) -> impl Iterator<Item = (u64, u8, u8)> + 's {
    let start = format!("<title>{name} (");
    let frames = svg.split("<g>").filter_map(move |group| group.split_once(&start));
    frames.map(|(_, frame)| {
        let fuel = frame.split(" fuel").next().and_then(|fuel| fuel.parse().ok());
        let colour = frame.split_once("fill=\"rgb(").and_then(|(_, rest)| rest.split_once(')'));
        let (colour, _) = colour.expect("a colour");
        let parts: Vec<u8> = colour.split(',').map(|part| part.parse().expect("a byte")).collect();
        (fuel.expect("fuel"), parts[0], parts[2])
    })
}

#[test]
fn the_flame_graph_is_of_the_later_run_red_where_it_costs_more() {
    let folder = recorded();
    wf_analyze(folder.path())
        .run(["diff", "--format", "flamegraph", "-o", "diff.svg", "before.bin", "after.bin"])
        .exits(0)
        .prints("");
    let svg = String::from_utf8(folder.read("diff.svg")).expect("text");
    assert!(svg.contains("291 fuel, was 341; red costs more, blue less"), "{svg}");
    let one = |name: &str| {
        let found: Vec<_> = frames(&svg, name).collect();
        assert_eq!(found.len(), 1, "{name}: {svg}");
        found[0]
    };
    assert_eq!(one("run").0, AFTER);
    let (fuel, red, blue) = one("new");
    assert!(fuel == 154 && red > blue, "{fuel} {red} {blue}");
    let (fuel, red, blue) = one("same");
    assert!(fuel == 29 && red == blue, "{fuel} {red} {blue}");
    assert_eq!(frames(&svg, "old").count(), 0, "{svg}");
    let mut work: Vec<_> = frames(&svg, "work").collect();
    work.sort_unstable();
    let [within_same, within_run, within_new] = work[..] else { panic!("{work:?}") };
    assert!(within_same.0 == 26 && within_same.1 == within_same.2, "{work:?}");
    assert!(within_run.0 == 101 && within_run.1 < within_run.2, "less than before: {work:?}");
    assert!(within_new.0 == 151 && within_new.1 > within_new.2, "more than before: {work:?}");
}
