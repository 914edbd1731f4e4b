//! Traces that are kept for later versions of the format: what they are recordings of costs today what
//! they say.
//!
//! `BLESS=1` records them anew, into the folder of today's version. `analyzer/tests/fixtures.rs` reads them
//! all, without an engine.

use std::fs;
use std::path::{Path, PathBuf};

use analyzer::{AnalyzeOptions, analyze};
use formats::cost_model::CostModel;
use formats::report::Report;
use formats::trace::{Detail, Sample, Trace, VERSION};
use recorder::{Recorder, SharedBytes, Slices};

/// A trace that is kept, and how it is recorded.
struct Fixture {
    name: &'static str,
    program: &'static str,
    slices: Slices,
    detail: Detail,
    sample: Option<Sample>,
    /// How many of a thousand bytes are kept.
    kept: usize,
}

impl Fixture {
    const fn of(name: &'static str, program: &'static str) -> Fixture {
        let (slices, detail, sample, kept) = (Slices::Chosen, Detail::Full, None, 1000);
        Fixture { name, program, slices, detail, sample, kept }
    }
}

fn fixtures() -> [Fixture; 7] {
    let half = Sample::of_rate(0.5, 1).expect("a rate");
    [
        Fixture::of("counted", "counted"),
        Fixture { slices: Slices::Max, ..Fixture::of("computed", "computed") },
        Fixture::of("calls", "calls"),
        Fixture::of("trap", "trap"),
        Fixture { detail: Detail::Counts, ..Fixture::of("counts", "calls") },
        Fixture { sample: Some(half), ..Fixture::of("sample", "many") },
        Fixture { kept: 600, ..Fixture::of("partial", "many") },
    ]
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/traces")
}

fn record(fixture: &Fixture) -> Vec<u8> {
    let text = folder().join("programs").join(fixture.program).with_extension("wat");
    let bytes = SharedBytes::default();
    let mut builder = Recorder::builder()
        .module(wat::parse_file(text).expect("the text form parses"))
        .program(fixture.program)
        .invoke("run")
        .slices(fixture.slices)
        .detail(fixture.detail)
        .ring_bytes(1 << 16);
    if let Some(sample) = fixture.sample {
        builder = builder.sample(sample);
    }
    let receipt = builder.build().expect("accepted").run(bytes.clone()).expect("recorded");
    receipt.drain.expect("written");
    let mut bytes = bytes.take();
    bytes.truncate(bytes.len() * fixture.kept / 1000);
    bytes
}

fn priced(bytes: Vec<u8>) -> Report {
    let trace = Trace::from_bytes(bytes).expect("a trace");
    let model = CostModel::builtin("unit").expect("built in");
    let options = AnalyzeOptions { allow_partial: true, ..AnalyzeOptions::default() };
    analyze(&trace, &model, &options).expect("priced").report
}

#[test]
fn what_is_kept_costs_what_its_program_costs_today() {
    for fixture in fixtures() {
        let path = folder().join(format!("v{VERSION}/{}.trace", fixture.name));
        let recorded = record(&fixture);
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs::write(&path, &recorded).expect("writable");
        }
        let kept = fs::read(&path).unwrap_or_else(|error| {
            panic!("{}: {error}; BLESS=1 records the traces of a new version", path.display())
        });
        let (kept, today) = (priced(kept), priced(recorded));
        // How much is left of a trace that was cut depends on its bytes, which have times in them; and what a
        // sample holds on how many events there are, which may change without the format.
        if fixture.kept == 1000 && fixture.sample.is_none() {
            assert_eq!(kept.fuel, today.fuel, "{}", fixture.name);
            assert_eq!(kept.functions, today.functions, "{}", fixture.name);
        }
        assert_eq!(kept.complete, today.complete, "{}", fixture.name);
        assert_eq!(kept.outcome, today.outcome, "{}", fixture.name);
    }
}
