//! Small modules in text form, `tests/wat/*.wat`: every control construct and every corner that
//! the slicer, the recorder or the analyzer once had to think about. Each runs under all oracles;
//! many have totals that were derived by hand, in their comments. `wat/directives.rs` describes
//! the comments.

#[path = "wat/directives.rs"]
mod directives;
#[path = "wat/generated.rs"]
mod generated;
#[path = "wat/linking.rs"]
mod linking;
#[path = "wat/sections.rs"]
mod sections;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use directives::{Case, Expected, Fuel};
use formats::plan::MAX_NARROW_EVENTS;
use recorder::{Instrumented, Slices};
use tests::exact::{self, Options, Summary};
use tests::observation::Ending;
use tests::program::{Call, Program, Value};
use wasmtime::ValType;

/// The folder of the cases.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("wat")
}

#[test]
fn all_cases_are_exact() {
    let mut failures = String::new();
    let mut cases = 0;
    for path in files() {
        let name = path.file_name().expect("it is a file").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("the folder's files can be read");
        match check_file(&text, &name, &Options::default()) {
            Ok(Checked { cases: checked, failures: failed }) => {
                cases += checked;
                failures.push_str(&failed);
            }
            Err(error) => {
                let _ = writeln!(failures, "{name}: {error:#}");
            }
        }
    }
    assert!(failures.is_empty(), "{} of {cases} cases:\n{failures}", failures.lines().count());
    println!("{cases} cases are exact");
}

/// The same with more events than ids of two bytes tell apart: with functions that nobody calls, and that have
/// as many ways.
#[test]
fn cases_with_wide_ids_are_exact() {
    let slices = vec![Slices::Chosen];
    let options = Options { slices, fuel_models: 1, wasmi: false, ..Options::default() };
    let mut failures = String::new();
    for name in ["nested_loops.wat", "trap_intervals.wat"] {
        let text = std::fs::read_to_string(folder().join(name)).expect("the case is there");
        let (module, rest) = text.rsplit_once(')').expect("a module in text form");
        let text = format!("{module}{})", many_ways(MAX_NARROW_EVENTS));
        assert!(!rest.contains('('), "{name}: something stands behind the module");
        let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let plan = Instrumented::new(wasm, Slices::Chosen, 1).expect("a valid module").plan;
        assert_eq!(plan.layout().id_bytes(), 4, "{name}");
        match check_file(&text, name, &options) {
            Ok(checked) => failures.push_str(&checked.failures),
            Err(error) => {
                let _ = writeln!(failures, "{name}: {error:#}");
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Functions with so many ways through them together, 512 for each.
fn many_ways(ways: u32) -> String {
    let labels: Vec<String> = (0..512).map(|label| label.to_string()).collect();
    let (starts, ends) = ("block ".repeat(512), "end return ".repeat(512));
    let function =
        format!("(func (param i32) {starts} local.get 0 br_table {} {ends})", labels.join(" "));
    function.repeat(ways.div_ceil(512) as usize)
}

#[test]
fn generated_programs_are_exact() {
    let mut failures = String::new();
    for program in generated::programs() {
        let started = std::time::Instant::now();
        let result = exact::check(&program, &Options::default());
        println!("{}: {:.1} s", program.name, started.elapsed().as_secs_f64());
        match result {
            Ok((_, differences)) if differences.is_empty() => {}
            Ok((_, differences)) => {
                let _ = writeln!(failures, "{}:\n{differences}", program.name);
            }
            Err(error) => {
                let _ = writeln!(failures, "{}: {error:#}", program.name);
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The case files, sorted. Their absence is a failure: nothing would be tested.
fn files() -> Vec<PathBuf> {
    let folder = folder();
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wat"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} has no cases", folder.display());
    files
}

/// What became of a file.
struct Checked {
    cases: usize,
    /// Lines for people, empty when all is well.
    failures: String,
}

fn check_file(text: &str, name: &str, options: &Options) -> Result<Checked> {
    let wasm = wat::parse_str(text).context("parsing")?;
    let functions = functions(&wasm)?;
    let cases = directives::parse(text)?;
    let mut failures = String::new();
    for case in &cases {
        if let Err(error) = check_case(case, name, &wasm, &functions, options) {
            let _ = writeln!(failures, "{name}:{}: {error:#}", case.line);
        }
    }
    Ok(Checked { cases: cases.len(), failures })
}

fn check_case(
    case: &Case,
    name: &str,
    wasm: &[u8],
    functions: &BTreeMap<String, Vec<ValType>>,
    options: &Options,
) -> Result<()> {
    let calls = case.calls.iter().map(|expected| {
        let parameters = functions
            .get(&expected.export)
            .with_context(|| format!("no exported function `{}`", expected.export))?;
        call(expected, parameters)
    });
    let program = Program::calls(name, wasm.to_vec(), calls.collect::<Result<_>>()?);
    let (summary, differences) = exact::check(&program, options)?;
    ensure!(differences.is_empty(), "not exact\n{differences}");
    compare_endings(case, &summary.recorded.endings)?;
    compare_fuel(case, &summary)
}

/// The parameter types of every exported function.
fn functions(wasm: &[u8]) -> Result<BTreeMap<String, Vec<ValType>>> {
    let engine = tests::engine::engine(|_| ())?;
    let module = wasmtime::Module::new(&engine, wasm).map_err(tests::engine::failure)?;
    let exports = module.exports();
    let functions = exports.filter_map(|export| {
        let parameters = export.ty().func()?.params().collect();
        Some((export.name().to_owned(), parameters))
    });
    Ok(functions.collect())
}

fn call(expected: &Expected, parameters: &[ValType]) -> Result<Call> {
    let Expected { export, arguments, .. } = expected;
    ensure!(
        arguments.len() == parameters.len(),
        "`{export}` takes {} arguments, not {}",
        parameters.len(),
        arguments.len()
    );
    let values = arguments.iter().zip(parameters).map(|(text, ty)| {
        value(text, ty).with_context(|| format!("argument {text:?} of `{export}`"))
    });
    Ok(Call::new(export, &values.collect::<Result<Vec<_>>>()?))
}

fn value(text: &str, ty: &ValType) -> Result<Value> {
    Ok(match ty {
        ValType::I32 => Value::I32(text.parse()?),
        ValType::I64 => Value::I64(text.parse()?),
        ValType::F32 => Value::F32(text.parse::<f32>()?.to_bits()),
        ValType::F64 => Value::F64(text.parse::<f64>()?.to_bits()),
        ValType::Ref(_) if text == "null" => Value::Reference { null: true },
        _ => bail!("cases cannot give an argument of type {ty}"),
    })
}

fn compare_endings(case: &Case, endings: &[Ending]) -> Result<()> {
    let mut expected: Vec<directives::Ending> =
        case.calls.iter().map(|call| call.ending.clone()).collect();
    if let Some(start) = &case.start {
        expected.insert(0, start.clone());
    } else if endings.len() == expected.len() + 1 {
        // The module has a start function, which returned.
        expected.insert(0, directives::Ending::Return(Vec::new()));
    }
    let found: Vec<directives::Ending> = endings.iter().map(describe).collect::<Result<_>>()?;
    ensure!(found == expected, "it ends with {found:?}, not {expected:?}");
    Ok(())
}

fn describe(ending: &Ending) -> Result<directives::Ending> {
    Ok(match ending {
        Ending::Return(values) => {
            directives::Ending::Return(values.iter().map(describe_value).collect())
        }
        Ending::Trap(trap) => directives::Ending::Trap(format!("{trap:?}")),
        Ending::Exception => directives::Ending::Exception,
        Ending::Exit(code) => directives::Ending::Exit(*code),
        Ending::Other(message) => bail!("{message}"),
    })
}

fn describe_value(value: &Value) -> String {
    match *value {
        Value::I32(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::F32(bits) => f32::from_bits(bits).to_string(),
        Value::F64(bits) => f64::from_bits(bits).to_string(),
        Value::V128(bits) => format!("{bits:#034x}"),
        Value::Reference { null: true } => "null".to_owned(),
        Value::Reference { null: false } => "reference".to_owned(),
    }
}

fn compare_fuel(case: &Case, summary: &Summary) -> Result<()> {
    for (model, expected) in &case.fuel {
        let name = if model == "wasmtime" { "wasmtime-48" } else { model };
        let report = summary
            .reports
            .iter()
            .find(|report| report.cost_model.name == name)
            .with_context(|| format!("no report by the cost model {model}"))?;
        let (low, high) = match expected {
            Fuel::Between(low, high) => (*low, *high),
            Fuel::TimesGlobal(price, global) => {
                let total = price * exported_global(summary, global)?;
                (total, total)
            }
        };
        let fuel = report.fuel;
        ensure!(
            (fuel.low, fuel.high) == (low.into(), high.into()),
            "fuel by {model} is {}..{}, derived by hand {low}..{high}",
            fuel.low,
            fuel.high
        );
    }
    Ok(())
}

/// The value at the end of the recorded run of an exported `i32` global.
fn exported_global(summary: &Summary, name: &str) -> Result<u64> {
    let state = &summary.recorded.state;
    let (_, value) = state
        .iter()
        .find(|(export, _)| export == name)
        .with_context(|| format!("no exported global `{name}`"))?;
    let digits = value.strip_prefix("I32(").and_then(|rest| rest.strip_suffix(')'));
    Ok(digits.with_context(|| format!("`{name}` is {value}"))?.parse()?)
}
