//! Traces of every version of the format: read, with the totals that they always had, or refused by name.
//!
//! They lie in `tests/fixtures/traces/`, whose README says how a new version adds a folder. `BLESS=1`
//! writes down what those of today's version cost.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use analyzer::{AnalyzeOptions, Error, analyze};
use formats::cost_model::CostModel;
use formats::trace::{FILE_HEAD_BYTES, Kept, Trace, TraceError, VERSION};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/traces")
}

/// The traces of all versions, with the version that each is of.
fn traces() -> Vec<(u32, PathBuf)> {
    let listed = |path: &Path| {
        let entries = fs::read_dir(path).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path()).collect::<BTreeSet<_>>()
    };
    let mut found = Vec::new();
    for version in listed(&folder()) {
        let name = version.file_name().and_then(|name| name.to_str()).expect("a name");
        let Some(number) = name.strip_prefix('v').and_then(|number| number.parse().ok()) else {
            continue;
        };
        let is_trace = |path: &PathBuf| path.extension().is_some_and(|suffix| suffix == "trace");
        found.extend(listed(&version).into_iter().filter(is_trace).map(|path| (number, path)));
    }
    found
}

/// What a trace says, and costs where every operator costs 1.
fn told(trace: &Trace) -> Value {
    let model = CostModel::builtin("unit").expect("built in");
    let kept = trace.segments().iter().filter(|entry| entry.kept != Kept::Nothing).count();
    let options = AnalyzeOptions { allow_partial: true, ..AnalyzeOptions::default() };
    let report = analyze(trace, &model, &options).expect("priced").report;
    let exact = analyze(trace, &model, &AnalyzeOptions::default());
    let nests = || trace.header().plan.functions.iter().flat_map(|function| &function.nests);
    let (counted, nests) = (nests().filter(|nest| nest.is_counted()).count(), nests().count());
    let functions = report.functions.iter().map(|row| (row.index, row.calls, row.self_fuel));
    let loops = report.loops.iter().map(|row| (row.function, row.operator, row.iterations));
    json!({
        "events": trace.events(),
        "segments": trace.segments().len(),
        "kept": kept,
        "nests": { "counted": counted, "computed": nests - counted },
        "outcome": report.outcome.kind,
        "complete": report.complete,
        "exact": match &exact {
            Ok(_) => "priced",
            Err(Error::Sample { .. }) => "a sample",
            Err(Error::Read(_) | Error::Incomplete(_)) => "incomplete",
            Err(error) => panic!("{error}"),
        },
        "fuel": report.fuel,
        "functions": functions.collect::<Vec<_>>(),
        "loops": loops.collect::<Vec<_>>(),
    })
}

/// A trace of another version is refused with both numbers; `wf-analyze` says what to do then.
#[track_caller]
fn is_refused_by_name(error: &TraceError, version: u32) {
    let (found, supported, older) = match error {
        TraceError::OlderVersion { found, supported } => (*found, *supported, true),
        TraceError::NewerVersion { found, supported } => (*found, *supported, false),
        other => panic!("{other}"),
    };
    assert_eq!((found, supported, older), (version, VERSION, version < VERSION));
    let text = error.to_string();
    for part in [format!("version {version} is"), format!("version {VERSION}, the")] {
        assert!(text.contains(&part), "{text}");
    }
}

#[test]
fn traces_of_every_version_are_read_or_refused_by_name() {
    let mut read = 0;
    for (version, path) in traces() {
        match Trace::open(&path) {
            Ok(trace) => {
                let golden = path.with_extension("json");
                let told = format!("{:#}\n", told(&trace));
                if version == VERSION && std::env::var_os("BLESS").is_some() {
                    fs::write(&golden, &told).expect("writable");
                }
                let expected = fs::read_to_string(&golden).expect("what it cost is kept beside it");
                assert_eq!(told, expected, "{}", path.display());
                read += usize::from(version == VERSION);
            }
            Err(error) if version != VERSION => is_refused_by_name(&error, version),
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
    assert!(
        read >= 7,
        "{read} traces of version {VERSION} are kept: BLESS=1 cargo test --workspace --test \
         fixtures records them"
    );
}

#[test]
fn other_versions_are_refused_by_name_whatever_follows_their_head() {
    for (_, path) in traces() {
        let mut bytes = fs::read(&path).expect("readable");
        for version in [VERSION - 1, VERSION + 1, u32::MAX] {
            bytes[8..12].copy_from_slice(&version.to_le_bytes());
            let checksum = crc32c::crc32c(&bytes[..12]);
            bytes[12..FILE_HEAD_BYTES].copy_from_slice(&checksum.to_le_bytes());
            let error = Trace::from_bytes(bytes.clone()).map(drop).expect_err("refused");
            is_refused_by_name(&error, version);
        }
    }
}
