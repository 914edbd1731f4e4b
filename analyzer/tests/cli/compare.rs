//! `wf-analyze diff` and `check`, and what shells want to know.

use serde_json::Value;

use super::{Folder, recorded, stderr, stdout};

fn folder(test: &str) -> Folder {
    let folder = Folder::new(test);
    folder.file("trace.bin", &recorded().0);
    folder
}

fn status(folder: &Folder, arguments: &[&str]) -> Option<i32> {
    folder.run(arguments).status.code()
}

/// Writes a baseline of the trace, and changes it.
fn baseline(folder: &Folder, change: impl Fn(&str) -> String) -> String {
    let update = ["check", "trace.bin", "--baseline", "fuel.txt", "--update"];
    assert_eq!(status(folder, &update), Some(0));
    let text = std::fs::read_to_string(folder.0.join("fuel.txt")).expect("a baseline");
    folder.file("fuel.txt", change(&text).as_bytes());
    text
}

/// The baseline with the own fuel of its function `number` changed.
fn with_fuel(text: &str, number: usize, change: impl Fn(u128) -> u128) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let line = &mut lines[3 + number];
    let (fuel, rest) = line.split_once('\t').expect("fields");
    *line = format!("{}\t{rest}", change(fuel.parse().expect("fuel")));
    lines.join("\n") + "\n"
}

#[test]
fn a_run_is_within_its_own_baseline() {
    let folder = folder("check");
    let text = baseline(&folder, str::to_string);
    let (_, truth) = recorded();
    assert!(text.contains(&format!("\ntotal\t{}\n", truth.fuel)), "{text}");
    let names: Vec<&str> =
        text.lines().skip(3).map(|line| line.rsplit('\t').next().expect("a name")).collect();
    assert!(names.is_sorted(), "{names:?}");
    let output = folder.run(&["check", "trace.bin", "--baseline", "fuel.txt"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains(" 0 changed, 0 are new, 0 are gone"), "{}", stdout(&output));
}

#[test]
fn a_function_that_costs_more_is_named_with_its_limit() {
    let folder = folder("check-more");
    baseline(&folder, |text| with_fuel(text, 0, |fuel| fuel - 1));
    let check = ["check", "trace.bin", "--baseline", "fuel.txt"];
    let output = folder.run(&check);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let text = stdout(&output);
    let over: Vec<&str> = text.lines().filter(|line| line.starts_with("over ")).collect();
    assert_eq!(over.len(), 1, "{text}");
    assert!(over[0].ends_with("(the baseline)"), "{text}");
    assert_eq!(status(&folder, &[&check[..], &["--tolerance", "50"]].concat()), Some(0));
    // What was nothing has to stay nothing, whatever the tolerance.
    baseline(&folder, |text| with_fuel(text, 0, |_| 0));
    assert_eq!(status(&folder, &[&check[..], &["--tolerance", "50"]].concat()), Some(1));
}

#[test]
fn functions_that_are_new_or_gone_are_counted() {
    let folder = folder("check-new");
    baseline(&folder, |text| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines.remove(3);
        lines.push("7\t1\tzzz");
        lines.join("\n")
    });
    let output = folder.run(&["check", "trace.bin", "--baseline", "fuel.txt"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(stdout(&output).contains(" 0 changed, 1 are new, 1 are gone"), "{}", stdout(&output));
}

#[test]
fn a_budget_is_the_most_that_is_accepted() {
    let folder = folder("budget");
    let (_, truth) = recorded();
    let check =
        |budget: u128| status(&folder, &["check", "trace.bin", "--budget", &budget.to_string()]);
    assert_eq!(check(truth.fuel), Some(0));
    assert_eq!(check(truth.fuel - 1), Some(1));
}

#[test]
fn a_baseline_that_is_none_is_a_usage_error_of_one_line() {
    let folder = folder("check-usage");
    let check = ["check", "trace.bin", "--baseline", "fuel.txt"];
    let fails = |arguments: &[&str], what: &str| {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
        let text = stderr(&output);
        assert!(text.contains(what) && text.lines().count() == 1, "{text}");
    };
    fails(&check, "cannot read the baseline fuel.txt; --update writes it");
    folder.file("fuel.txt", b"fuel 12");
    fails(&check, "the baseline fuel.txt: line 1: a snapshot starts with");
    baseline(&folder, str::to_string);
    let other = [&check[..], &["--cost-model", "wasmtime-45"]].concat();
    fails(&other, "they can't be compared");
    assert_eq!(status(&folder, &["check", "trace.bin"]), Some(2));
    assert_eq!(status(&folder, &[&check[..], &["--tolerance", "-1"]].concat()), Some(2));
}

#[test]
fn a_run_differs_in_nothing_from_itself() {
    let folder = folder("diff");
    let (_, truth) = recorded();
    let same = ["diff", "trace.bin", "trace.bin"];
    let output = folder.run(&[&same[..], &["--tolerance", "0"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("functions cost the same"), "{}", stdout(&output));
    let json = stdout(&folder.run(&[&same[..], &["--format", "json"]].concat()));
    let document: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(document["schema"], "wf-diff/1");
    assert_eq!(document["total"]["before"].to_string(), truth.fuel.to_string());
    assert_eq!(document["functions"].as_array().map(Vec::len), Some(0));
    let svg = stdout(&folder.run(&[&same[..], &["--format", "flamegraph"]].concat()));
    assert!(svg.contains("<svg") && svg.contains("red costs more, blue less"), "{svg}");
}

#[test]
fn shells_and_man_are_told_all_verbs() {
    let folder = Folder::new("completions");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = stdout(&folder.run(&["completions", shell]));
        for word in ["wf-analyze", "cost-model", "allow-partial", "baseline"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let page = stdout(&folder.run(&["man"]));
    assert!(page.contains(".TH wf-analyze 1") && page.contains("\\-\\-cost\\-model"), "{page}");
    let page = stdout(&folder.run(&["man", "cost-model", "fit"]));
    assert!(page.contains(".TH wf-analyze-cost-model-fit 1") && page.contains("TRACE"), "{page}");
    let output = folder.run(&["man", "fit"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output), "wf-analyze: error: there is no verb `fit`\n");
}

#[test]
fn names_can_come_from_another_module_with_the_same_functions() {
    let folder = folder("symbols");
    let twin = super::PROGRAM.replace("$leaf", "$blatt");
    folder.file("twin.wasm", &wat::parse_str(twin).expect("valid text"));
    let output = folder.run(&["trace.bin", "--symbols", "twin.wasm"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (with, without) = (stdout(&output), stdout(&folder.run(&["trace.bin"])));
    assert!(with.contains("blatt") && !with.contains("leaf"), "{with}");
    let numbers = |text: &str| text.replace("blatt", "").replace("leaf", "");
    assert_eq!(numbers(&with), numbers(&without));
    folder.file("other.wasm", &wat::parse_str("(module (func))").expect("valid text"));
    for wrong in ["other.wasm", "trace.bin", "none.wasm"] {
        let output = folder.run(&["trace.bin", "--symbols", wrong]);
        assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    }
}

#[test]
fn a_fit_proposes_prices_and_says_how_good_they_are() {
    let folder = folder("fit");
    let output = folder.run(&["cost-model", "fit", "trace.bin"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("% of the variance explained, residual ±"), "{text}");
    assert!(text.contains("  local\n") && text.contains("  recorded event\n"), "{text}");
    let model = stdout(&folder.run(&["cost-model", "fit", "--toml", "trace.bin"]));
    folder.file("fitted.toml", model.as_bytes());
    let output = folder.run(&["--cost-model", "fitted.toml", "trace.bin"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = folder.run(&["cost-model", "fit", "fitted.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
}

#[test]
fn the_page_for_a_browser_takes_no_flags_of_tables() {
    let folder = folder("html");
    let html = ["--format", "html", "-o", "report.html", "trace.bin"];
    assert_eq!(status(&folder, &html), Some(0));
    let page = std::fs::read_to_string(folder.0.join("report.html")).expect("a page");
    assert!(page.contains("<!doctype html>") || page.contains("<!DOCTYPE html>"));
    for flags in [["--limit", "3"], ["--focus", "x"], ["--sort", "name"]] {
        let output = folder.run(&[&html[..], &flags].concat());
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
        let refused = format!("{} doesn't apply to --format html", flags[0]);
        assert!(stderr(&output).contains(&refused), "{}", stderr(&output));
    }
}
