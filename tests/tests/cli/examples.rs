//! The examples of the README and of the help texts: each command line is run by a shell, and what
//! the README shows of its output has to be there.
//!
//! Files that the examples name are made beforehand. Programs that are not ours are replaced by
//! ones that read what they are given.

use std::path::Path;

use regex::{Captures, Regex};

use crate::binaries::{Run, Runs, shell, wf_analyze, wf_record, wf_slice};
use crate::folder::Folder;

/// A program whose trace has segments enough to draw a sample from.
const APP: &str = r#"(module $app
  (func $fib (export "fib") (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1)))
                     (call $fib (i32.sub (local.get $n) (i32.const 2)))))))
  (func $main (result i32) (call $fib (i32.const 32)))
  (func (export "_start") (drop (call $main))))"#;

/// The names that the examples give to modules and traces.
const MODULES: [&str; 4] = ["app.wasm", "app.debug.wasm", "program.wasm", "module.wasm"];
const TRACES: [&str; 7] =
    ["trace.bin", "before.bin", "after.bin", "a.bin", "b.bin", "c.bin", "info"];

/// What stands in for programs that are not ours.
const OTHER_PROGRAMS: &str = r#"
    set -o pipefail
    cargo() { test "$1 $2 $3 $5" = "run --release --bin --" && CARGO=cargo "$4" "${@:6}"; }
    less() { cat; }
    jq() { cat; }
    inferno-flamegraph() { cat; }
"#;

/// A command line, and what is printed by it.
struct Example {
    command: String,
    /// Lines; `…` stands for any number of them, and for all that follow.
    shown: Vec<String>,
}

/// A folder with every file that the examples name.
fn prepared() -> Folder {
    let folder = Folder::new();
    for module in MODULES {
        folder.write_module(module, APP);
    }
    folder.write("input.txt", "some words\n");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let drawing =
        std::fs::read(examples.join("mandelbrot.wasm")).expect("the example is committed");
    std::fs::create_dir(folder.file("examples")).expect("the folder is writable");
    folder.write("examples/mandelbrot.wasm", drawing);
    wf_record(folder.path()).run(["--ring-size", "64K", "app.wasm"]).exits(0);
    let trace = folder.read("trace.bin");
    for name in TRACES {
        folder.write(name, &trace);
    }
    let update = ["check", "trace.bin", "--baseline", "fuel.txt", "--update"];
    wf_analyze(folder.path()).run(update).exits(0);
    folder
}

impl Example {
    fn new(command: &str) -> Example {
        Example { command: command.to_owned(), shown: Vec::new() }
    }

    fn run(&self, folder: &Folder) -> Run {
        let script = format!("{OTHER_PROGRAMS}\n{}", self.command);
        let run = shell(folder.path()).run(["-c", &script]);
        assert_eq!(run.code, 0, "$ {}\n{}{}", self.command, run.stdout, run.stderr);
        assert!(!run.stderr.contains("command not found"), "{}", run.stderr);
        run
    }

    /// Asserts that `printed` has the lines that are shown, as `comparable` makes them.
    fn check(&self, printed: &str, comparable: impl Fn(&str) -> String) {
        let mut rest: Vec<String> = printed.lines().map(&comparable).collect();
        let mut may_skip = false;
        for shown in &self.shown {
            if shown == "…" {
                may_skip = true;
                continue;
            }
            let wanted = comparable(shown);
            let found = rest.iter().position(|line| *line == wanted);
            match found {
                Some(place) if place == 0 || may_skip => drop(rest.drain(..=place)),
                _ => panic!("$ {}\nshows\n{shown}\nbut prints\n{printed}", self.command),
            }
            may_skip = false;
        }
        assert!(may_skip || rest.is_empty(), "$ {}\nprints more: {rest:?}", self.command);
    }
}

/// The blocks of the README that show a console.
fn blocks_of_the_readme() -> Vec<Vec<Example>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(path).expect("the README is there");
    let blocks = readme.split("```console\n").skip(1);
    blocks.map(|block| examples_of(block.split("```").next().expect("a first part"))).collect()
}

fn examples_of(block: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for line in block.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => examples.push(Example::new(command)),
            None => examples.last_mut().expect("a command").shown.push(line.to_owned()),
        }
    }
    for example in &mut examples {
        // Between commands there may be an empty line.
        example.shown.pop_if(|line| line.is_empty());
    }
    examples
}

/// `line` without what differs from run to run: times, and sizes of compressed traces. The next
/// command names the profile that the recorder was built with.
fn without_times(line: &str) -> String {
    let measured = Regex::new(r"[\d.,]+ (s|fuel a second|kB|KiB)\b").expect("a pattern");
    let line = line.replace("cargo run --release", "cargo run");
    measured.replace_all(&line, |found: &Captures<'_>| format!("# {}", &found[1])).into_owned()
}

/// `line` without any figures: for what is shown of a trace that isn't here.
fn without_figures(line: &str) -> String {
    let figure = Regex::new(r"\d[\d.,]*( [kMG]i?B)?").expect("a pattern");
    figure.replace_all(line, "#").into_owned()
}

#[test]
fn the_readme_shows_what_is_printed() {
    let folder = prepared();
    let blocks = blocks_of_the_readme();
    let trace = folder.read("trace.bin");
    let mut commands = 0;
    for block in &blocks {
        // The quick start is of the program beside it: there each figure has to be right.
        let is_ours = block[0].command.contains("examples/mandelbrot.wasm");
        folder.write("trace.bin", &trace);
        for example in block {
            commands += 1;
            let run = example.run(&folder);
            if is_ours {
                example.check(&(run.stdout + &run.stderr), without_times);
            } else if !example.shown.is_empty() {
                example.check(&run.stdout, without_figures);
            }
        }
    }
    assert!(blocks.len() >= 6 && commands >= 25, "{commands} commands found");
}

/// The command lines below `Examples` in a help text: two spaces, the command, and at least two
/// spaces before words about it.
fn examples_of_help(help: &str) -> Vec<Example> {
    let lines = help.lines().skip_while(|line| !line.starts_with("Examples")).skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let commands = lines.filter_map(|line| line.strip_prefix("  "));
    let commands = commands.filter(|line| !line.starts_with(' '));
    commands.map(|line| Example::new(line.split("  ").next().expect("a first part"))).collect()
}

#[test]
fn the_examples_of_help_texts_work() {
    let analyze = |verb: &[&'static str]| {
        (verb.join(" "), wf_analyze(Path::new(".")).args(verb).run(["--help"]).exits(0).stdout)
    };
    let mut texts: Vec<(String, String)> =
        [&[][..], &["dump"], &["export"], &["diff"], &["check"], &["cost-model", "fit"], &["man"]]
            .map(analyze)
            .into();
    for command in [&mut wf_record(Path::new(".")), &mut wf_slice(Path::new("."))] {
        texts.push((format!("{command:?}"), command.run(["--help"]).exits(0).stdout));
    }
    for (whose, help) in texts {
        let folder = prepared();
        let examples = examples_of_help(&help);
        assert!(examples.len() >= 2, "no examples in the help of {whose}:\n{help}");
        for example in examples {
            assert!(example.command.starts_with("wf-"), "{}", example.command);
            example.run(&folder);
        }
    }
}
