//! Expected texts, which can be blessed, and expected requests, which cannot.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use formats::plan::{FunctionPlan, Origin, Recorded, RegionKind};
use slicer::module::Module;

use crate::directives::File;

/// Checks both.
///
/// # Errors
///
/// When something is not as expected.
pub(crate) fn check(file: &File, path: &Path, wasm: &[u8]) -> Result<()> {
    let module = Module::parse(wasm)?;
    let mut text = String::new();
    for &function in &file.checks {
        let built = slicer::ir::build::build(&module, function)?;
        text.push_str(&slicer::ir::text::print(&built));
    }
    expected_text(&path.with_extension("expected"), &text)?;
    for request in &file.requests {
        let plan = slicer::plan::plan(&module, request.slices)?;
        let function = plan.functions.get(request.function as usize).context("no such function")?;
        let found = requests(function);
        ensure!(
            found == request.expected,
            "line {}: {:?} slices request\n  {}\nderived by hand\n  {}",
            request.line,
            request.slices,
            found.join("; "),
            request.expected.join("; ")
        );
    }
    Ok(())
}

fn expected_text(path: &Path, text: &str) -> Result<()> {
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == text {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        return fs::write(path, text).with_context(|| path.display().to_string());
    }
    let line = expected.lines().zip(text.lines()).take_while(|(a, b)| a == b).count();
    anyhow::bail!(
        "{}:{}: expected\n  {}\nfound\n  {}",
        path.display(),
        line + 1,
        expected.lines().nth(line).unwrap_or("(the end)"),
        text.lines().nth(line).unwrap_or("(the end)")
    )
}

/// What a function's slices record: `entry 2 p0 @3`, a region's kind, number of paths and values;
/// `nest@5 p0`, a nest's first operator and values. A value is a parameter `p0`, the result of an
/// operator `@3`, what local 1 holds before operator 5 `l1@5`, or a global `g0`.
fn requests(function: &FunctionPlan) -> Vec<String> {
    let regions = function.regions.iter().map(|region| {
        let kind = match region.kind {
            RegionKind::Entry => "entry",
            RegionKind::Header => "header",
            RegionKind::Join => "join",
            RegionKind::Resume => "resume",
            RegionKind::Landing { .. } => "landing",
        };
        format!("{kind} {} {}", region.paths, names(&region.values)).trim_end().to_owned()
    });
    let nests = function.nests.iter().map(|nest| {
        let operator = function.loops[nest.outermost as usize].operator;
        format!("nest@{operator} {}", names(&nest.values)).trim_end().to_owned()
    });
    regions.chain(nests).collect()
}

fn names(values: &[Recorded]) -> String {
    let mut names: Vec<String> = values.iter().map(|value| name(value.value)).collect();
    names.sort();
    names.join(" ")
}

fn name(value: Origin) -> String {
    match value {
        Origin::Parameter(index) => format!("p{index}"),
        Origin::Operator { operator, .. } => format!("@{operator}"),
        Origin::Local { operator, local } => format!("l{local}@{operator}"),
        Origin::Stack { operator, depth } => format!("s{depth}@{operator}"),
        Origin::Global(global) => format!("g{global}"),
    }
}
