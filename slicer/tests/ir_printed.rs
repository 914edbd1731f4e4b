//! Both printed forms of whatever the validator accepts.

use std::collections::HashSet;
use std::path::PathBuf;

use slicer::ir::Function;
use slicer::ir::build::build_all;
use slicer::ir::style::{Sink, Style};
use slicer::ir::text::{canonical, parse, print};
use slicer::ir::verify::verify;
use slicer::ir::view::{view, view_to};
use slicer::module::Module;

/// Checks that the text of `function` is read back to the same function, and that what the view
/// names is there.
fn check(module: &Module<'_>, function: &Function<'_>) {
    let canonical = canonical(function);
    verify(module, &canonical).unwrap_or_else(|error| panic!("{error}\n{}", print(function)));
    let text = print(&canonical);
    let read = parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(read, canonical, "{text}");
    assert_eq!(print(&read), text);
    // Its own numbers say the same.
    assert_eq!(parse(&print(function)).as_ref(), Ok(&canonical), "{text}");
    check_jumps(&view(function, |_| None));
    check_names(function);
}

/// Checks that braces are balanced, and that jumps name constructs that they are in.
fn check_jumps(view: &str) {
    let mut open = Vec::new();
    for line in view.lines().map(str::trim) {
        let mut words = line.split_whitespace();
        while let Some(word) = words.next() {
            let jump = match word {
                "break" => "block",
                "continue" => "loop",
                _ => continue,
            };
            let construct = format!("{jump} {} {{", words.next().unwrap());
            assert!(open.contains(&construct.as_str()), "{line}: {view}");
        }
        if line.starts_with('}') {
            open.pop().expect("something is open");
        }
        if line.ends_with('{') {
            open.push(line);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// A sink that notes which values are made and used.
#[derive(Default)]
struct Names {
    made: HashSet<String>,
    used: HashSet<String>,
    last: Option<String>,
}

impl Sink for Names {
    fn write(&mut self, style: Style, text: &str) {
        if let Some(value) = self.last.take() {
            if text == ": " {
                assert!(self.made.insert(value.clone()), "{value} is made twice");
            } else {
                self.used.insert(value);
            }
        }
        self.last = (style == Style::Value).then(|| text.to_string());
    }
}

fn check_names(function: &Function<'_>) {
    let mut names = Names::default();
    view_to(function, |_| None, &mut names);
    for value in &names.used {
        let text = || format!("{value}\n{}\n{}", print(function), view(function, |_| None));
        assert!(names.made.contains(value), "{}", text());
    }
}

#[test]
fn random_functions_are_printed() {
    arbtest::arbtest(|u| {
        let config = wasm_smith::Config {
            exceptions_enabled: true,
            gc_enabled: u.arbitrary()?,
            reference_types_enabled: true,
            tail_call_enabled: true,
            threads_enabled: true,
            simd_enabled: true,
            relaxed_simd_enabled: true,
            memory64_enabled: true,
            multi_value_enabled: true,
            wide_arithmetic_enabled: true,
            max_memories: 4,
            max_tables: 3,
            min_funcs: 1,
            max_funcs: 10,
            min_types: 3,
            max_instructions: u.int_in_range(20..=1000)?,
            ..wasm_smith::Config::default()
        };
        let wasm = wasm_smith::Module::new(config, u)?.to_bytes();
        let module = Module::parse(&wasm).expect("a valid module");
        for function in build_all(&module).expect("every function builds") {
            check(&module, &function);
        }
        Ok(())
    })
    .size_min(1 << 10)
    .size_max(1 << 16)
    .budget_ms(10_000);
}

/// Set `WF_CORPUS` to a folder of modules to check theirs.
#[test]
fn the_functions_of_the_corpus_are_printed() {
    let mut pending: Vec<PathBuf> =
        std::env::var_os("WF_CORPUS").into_iter().map(Into::into).collect();
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "wasm") {
            let wasm = std::fs::read(&path).unwrap();
            let module = Module::parse(&wasm).unwrap();
            for function in build_all(&module).unwrap() {
                check(&module, &function);
            }
        }
    }
}
