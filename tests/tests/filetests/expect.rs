//! Expected texts, which can be blessed, and expected requests, which cannot.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use analyzer::names::FunctionNames;
use anyhow::{Context as _, Result, bail, ensure};
use formats::cost_model::CostModel;
use formats::plan::{FunctionPlan, Origin, Recorded, RegionKind};
use slicer::explain::{self, Subject};
use slicer::module::Module;

use crate::directives::{Check, File, Request, Text};
use crate::functions;

/// Checks both, for the file at `path` that is called `name`.
///
/// # Errors
///
/// When something is not as expected.
pub(crate) fn check(file: &File, name: &str, path: &Path, wasm: &[u8]) -> Result<()> {
    let module = Module::parse(wasm)?;
    let mut text = String::new();
    for check in &file.checks {
        let _ = writeln!(text, ";; {}", check.title);
        explained(check, &module, &mut text).with_context(|| format!("{name}:{}", check.line))?;
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    expected_text(&path.with_extension("expected"), name, &text)?;
    for request in &file.requests {
        requested(request, &module).with_context(|| format!("{name}:{}", request.line))?;
    }
    Ok(())
}

/// Whether expected texts are to be rewritten.
pub(crate) fn is_blessing() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// Writes the text that `check` asks for. Prices are those of `unit`, easy to count.
fn explained(check: &Check, module: &Module<'_>, text: &mut String) -> Result<()> {
    let function = functions::find(module, &check.function)?;
    let names = FunctionNames::read(module.wasm);
    let given = |index: u32| names.given(index).map(str::to_owned);
    let subject = Subject { module, function, names: &given };
    if check.text == Text::Ir {
        return Ok(explain::ir(subject, text)?);
    }
    let plan = slicer::plan::plan(module, check.slices)?;
    if check.text == Text::Plan {
        return Ok(explain::plan(subject, &plan, text)?);
    }
    let unit = CostModel::builtin("unit").context("no model `unit`")?;
    Ok(explain::slices(subject, &plan, check.slices, &unit, text)?)
}

/// Compares `text` with what stands at `path`; no text stands in no file.
fn expected_text(path: &Path, name: &str, text: &str) -> Result<()> {
    let text = if text.is_empty() { String::new() } else { format!("{text}\n") };
    let expected = if path.exists() { fs::read_to_string(path)? } else { String::new() };
    if expected == text && path.exists() != text.is_empty() {
        return Ok(());
    }
    if is_blessing() {
        let write = if text.is_empty() { fs::remove_file(path) } else { fs::write(path, text) };
        return write.with_context(|| path.display().to_string());
    }
    let beside = Path::new(name).with_extension("expected");
    if text.is_empty() {
        bail!("{}:1: nothing in {name} asks for it: add a check, or remove it", beside.display());
    }
    let line = expected.lines().zip(text.lines()).take_while(|(a, b)| a == b).count();
    bail!(
        "{}:{}: expected\n  {}\nfound\n  {}\nWhere the new text is right, take it with BLESS=1.",
        beside.display(),
        line + 1,
        expected.lines().nth(line).unwrap_or("(the end)"),
        text.lines().nth(line).unwrap_or("(the end)")
    )
}

fn requested(request: &Request, module: &Module<'_>) -> Result<()> {
    let function = functions::find(module, &request.function)?;
    let plan = slicer::plan::plan(module, request.slices)?;
    let found = requests(&plan.functions[function as usize]);
    ensure!(
        found == request.expected,
        "{:?} slices request\n  {}\nderived by hand\n  {}\nOne of them is wrong.",
        request.slices,
        found.join("; "),
        request.expected.join("; ")
    );
    Ok(())
}

/// What a function's slices record: `entry 2 p0 @3`, a region's kind, number of paths and values;
/// `nest@5 p0`, a nest's first operator and values; `nest@5 counts 2`, one with two counters. A value is a parameter `p0`, the result of an
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
        let counters = match nest.counters.len() {
            0 => String::new(),
            counters => format!("counts {counters}"),
        };
        format!("nest@{operator} {}{counters}", names(&nest.values)).trim_end().to_owned()
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
