//! Profiles of a program with debug information.

use std::path::Path;

use serde_json::Value;

use crate::binaries::{Runs, wf_analyze, wf_record};
use crate::folder::Folder;

/// A folder with the trace `trace.bin` of `sum(1000)`, which calls `twice` 1000 times.
fn recorded() -> Folder {
    let folder = Folder::new();
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../analyzer/tests/lines/lines.wasm");
    wf_record(folder.path()).args(["--invoke", "sum"]).arg(module).run(["1000"]).exits(0);
    folder
}

/// The loop's head is line 9 and has 4 operators for each iteration, its body line 10 and has 5;
/// `twice` has 2 at line 3 and one at line 4.
#[test]
fn fuel_and_calls_stand_at_the_lines_of_the_source() {
    let folder = recorded();
    let run =
        wf_analyze(folder.path()).run(["export", "--format", "callgrind", "-o", "-", "trace.bin"]);
    let text = run.exits(0).stdout;
    for line in ["\n10 5000\n", "\n3 2000\n4 1000\n", "\ncalls=1000 0\n10 4000\n"] {
        assert!(text.contains(line), "no {line:?} in\n{text}");
    }
    let head = text.lines().find_map(|line| line.strip_prefix("9 ")).expect("line 9");
    let head: u64 = head.parse().expect("fuel");
    assert!((4000..4010).contains(&head), "{text}");
}

/// What the page for a browser says of its hottest function.
#[test]
fn code_is_shown_with_its_fuel_and_its_lines() {
    let folder = recorded();
    let page = wf_analyze(folder.path()).run(["--format", "html", "trace.bin"]).exits(0).stdout;
    let data = page.split_once("id=\"data\">").and_then(|(_, rest)| rest.split_once("</script>"));
    let data: Value = serde_json::from_str(data.expect("the page has data").0).expect("JSON");
    let code = &data["code"][0];
    let name = code["name"].as_u64().expect("a place") as usize;
    assert_eq!(data["names"][name][1], "sum");
    let lines = code["lines"].as_array().expect("lines");
    let [call] = lines.iter().filter(|line| line[2] == "call $twice").collect::<Vec<_>>()[..]
    else {
        panic!("{lines:?}");
    };
    let [count, fuel, line] = [3, 4, 6].map(|column: usize| call[column].to_string());
    assert_eq!([count.as_str(), &fuel, &line], ["\"1000\"", "\"1000\"", "10"]);
    assert_eq!(lines.last().expect("the end")[2], "end");
}
