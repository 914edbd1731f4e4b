//! What is written about functions, for people.
//!
//! A golden file has a module's text, and behind each line `;; plan max`, `;; slices chosen` and so
//! on what is written about its functions then. `BLESS=1` renews the latter.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use formats::cost_model::CostModel;
use slicer::bundles::Slices;
use slicer::explain::{self, Subject};
use slicer::ir::text;
use slicer::module::Module;

fn goldens() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/explain");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Every other function has a name.
fn name(function: u32) -> Option<String> {
    (function % 2 == 1).then(|| format!("function_{function}"))
}

fn slices_named(word: &str) -> Option<Slices> {
    Some(match word {
        "max" => Slices::Max,
        "min" => Slices::Min,
        "chosen" => Slices::Chosen,
        _ => return None,
    })
}

/// What a line asks for: `;; slices chosen`.
fn request(line: &str) -> Option<(&str, Slices)> {
    let (what, slices) = line.strip_prefix(";; ")?.split_once(' ')?;
    let slices = slices_named(slices)?;
    ["ir", "view", "plan", "slices"].contains(&what).then_some((what, slices))
}

fn written(module: &Module<'_>, what: &str, slices: Slices) -> String {
    let plan = slicer::plan::plan(module, slices).unwrap();
    let model = CostModel::builtin("unit").unwrap();
    let mut texts = String::new();
    for function in 0..module.bodies.len() as u32 {
        let subject = Subject { names: &name, ..Subject::new(module, function) };
        match what {
            "ir" => explain::ir(subject, &mut texts),
            "view" => explain::view(subject, &mut texts),
            "plan" => explain::plan(subject, &plan, &mut texts),
            _ => explain::slices(subject, &plan, slices, &model, &mut texts),
        }
        .unwrap();
    }
    texts
}

#[test]
fn functions_are_explained_as_expected() {
    let files = goldens();
    assert!(files.len() >= 4, "only {} goldens", files.len());
    for file in files {
        let golden = std::fs::read_to_string(&file).unwrap();
        let end = golden.find("\n;; ").map_or(golden.len(), |end| end + 1);
        let wat = &golden[..end];
        let wasm =
            wat::parse_str(wat).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let module = Module::parse(&wasm).unwrap();
        let mut found = wat.to_string();
        for line in golden.lines() {
            if let Some((what, slices)) = request(line) {
                write!(found, "{line}\n{}", written(&module, what, slices)).unwrap();
            }
        }
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&file, &found).unwrap();
        } else {
            assert_eq!(found, golden, "{}", file.display());
        }
    }
}

#[test]
fn the_ir_reads_back() {
    let wasm =
        wat::parse_str("(module (func (param i32) (loop (br_if 0 (local.get 0)))))").unwrap();
    let module = Module::parse(&wasm).unwrap();
    let mut written = String::new();
    explain::ir(Subject::new(&module, 0), &mut written).unwrap();
    assert!(written.starts_with(";; func 0: 5 operators\n"), "{written}");
    let built = slicer::ir::build::build(&module, 0).unwrap();
    assert_eq!(text::parse(&written).unwrap(), text::canonical(&built));
}

#[test]
fn a_plan_of_another_module_is_refused() {
    let wasm = wat::parse_str("(module (func) (func))").unwrap();
    let module = Module::parse(&wasm).unwrap();
    let plan = slicer::plan::plan(&module, Slices::Min).unwrap();
    let other = wat::parse_str("(module (func))").unwrap();
    let other = Module::parse(&other).unwrap();
    let refused = explain::plan(Subject::new(&other, 0), &plan, &mut String::new());
    assert!(refused.unwrap_err().to_string().contains("does not fit"));
}
