//! Cost models from files.

use serde_json::Value;

use crate::binaries::{Run, Runs, wf_analyze, wf_record};
use crate::folder::Folder;

/// A folder with a trace of two `i32.add`, four `local.get`, a `memory.fill` of 100 bytes with
/// three `i32.const`s, and the final `end`.
fn recorded() -> Folder {
    let folder = Folder::new();
    let module = folder.write_module(
        "sums.wasm",
        r#"(module (memory 1) (func (export "_start") (local i32)
             local.get 0 local.get 0 i32.add local.set 0
             local.get 0 local.get 0 i32.add local.set 0
             i32.const 0 i32.const 7 i32.const 100 memory.fill))"#,
    );
    wf_record(folder.path()).run([module]).exits(0);
    folder
}

fn analyze(folder: &Folder, model: &str) -> Run {
    wf_analyze(folder.path()).run(["--cost-model", model, "--format", "json", "trace.bin"])
}

fn total(folder: &Folder, model: &str) -> u64 {
    let run = analyze(folder, model).exits(0);
    let report: Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    report["fuel"]["total"].as_u64().expect("a number")
}

#[test]
fn a_printed_model_prices_as_the_built_in_one() {
    let folder = recorded();
    for model in ["wasmtime", "wasmtime-48", "wasmtime-45", "unit"] {
        let printed = wf_analyze(folder.path()).run(["cost-model", "print", model]).exits(0);
        folder.write("printed.toml", printed.stdout);
        assert_eq!(total(&folder, "printed.toml"), total(&folder, model), "{model}");
    }
    // 4 gets, 2 adds, 2 sets, 3 consts, 1 fill; 1 entry and 100 bytes; or one final `end`.
    assert_eq!(total(&folder, "wasmtime-48"), 12 + 1 + 100);
    assert_eq!(total(&folder, "wasmtime-45"), 12 + 1);
    assert_eq!(total(&folder, "unit"), 12 + 1);
}

#[test]
fn a_printed_model_names_every_operator() {
    let folder = Folder::new();
    let printed = wf_analyze(folder.path()).run(["cost-model", "print", "unit"]).exits(0).stdout;
    for name in ["i32.add", "br_table", "v128.load", "throw_ref", "array.init_elem", "memory.grow"]
    {
        assert!(printed.contains(name), "no {name} in the printed model");
    }
    for name in formats::operators::OPERATOR_NAMES {
        assert!(printed.contains(name), "no {name} in the printed model");
    }
}

#[test]
fn edited_prices_count() {
    let folder = recorded();
    let printed = wf_analyze(folder.path()).run(["cost-model", "print", "unit"]).exits(0).stdout;
    let edited: String = printed
        .lines()
        .map(|line| match line.trim_start().starts_with("\"i32.add\"") {
            true => "\"i32.add\" = 1000\n".to_owned(),
            false => format!("{line}\n"),
        })
        .collect();
    assert_ne!(printed, edited, "there is a line for i32.add");
    folder.write("edited.toml", edited);
    assert_eq!(total(&folder, "edited.toml"), 11 + 2 * 1000);
}

#[test]
fn a_misspelt_operator_is_named_with_the_nearest() {
    let folder = recorded();
    let printed = wf_analyze(folder.path()).run(["cost-model", "print", "unit"]).exits(0).stdout;
    folder.write("misspelt.toml", printed.replace("\"i32.add\"", "\"i32.ad\""));
    analyze(&folder, "misspelt.toml")
        .exits(2)
        .complains("misspelt.toml")
        .complains("i32.ad")
        .complains("`i32.add`");
}

#[test]
fn broken_models_are_refused() {
    let folder = recorded();
    for (name, text) in [
        ("not.toml", "this is not TOML"),
        ("negative.toml", "default = -1"),
        ("text.toml", "default = \"much\""),
        ("huge.toml", "default = 99999999999999999999"),
    ] {
        folder.write(name, text);
        let run = analyze(&folder, name).exits(2).complains(name);
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    }
    analyze(&folder, "nowhere.toml").exits(2).complains_in_one_line(&["nowhere.toml"]);
}
