//! `--approx`: a recording of which only some segments were kept.

use std::ops::RangeInclusive;

use formats::cost_model::CostModel;
use formats::report::{Mode, Report};
use formats::trace::{Detail, Header, Sample, SegmentInfo, TraceWriter};

use crate::support::{self, Program, Random, returned};
use crate::{Folder, stderr, stdout};

const SEGMENTS: u32 = 60;

/// A trace of [`SEGMENTS`] segments of which half are kept, and how many those are.
fn sampled() -> (Vec<u8>, u64) {
    let dear = "(drop (i32.const 1))".repeat(20);
    let text =
        format!("(module (func $f (param i32) (if (local.get 0) (then {dear}) (else nop))))");
    let program = Program::new(&text, CostModel::builtin("unit").expect("built in"));
    let sample = Sample::of_rate(0.5, 3).expect("a possible rate");
    let header = Header { sample: Some(sample), ..program.header(Detail::Full) };
    let mut writer = TraceWriter::create(Vec::new(), &header).expect("a writer");
    let mut random = Random(1);
    let mut kept = 0;
    for number in 0..SEGMENTS {
        let words: Vec<u32> = (0..1000).map(|_| random.below(2) as u32).collect();
        let info = SegmentInfo { events: words.len() as u64, ..SegmentInfo::default() };
        match sample.keeps(0, number) {
            true => writer.write_segment(&info, &support::to_bytes(&words)),
            false => writer.write_unkept(&info),
        }
        .expect("written");
        kept += u64::from(sample.keeps(0, number));
    }
    assert!(0 < kept && kept < u64::from(SEGMENTS));
    writer.write_outcome(0, &returned()).expect("written");
    (writer.finish().expect("closed"), kept)
}

/// A folder with the trace `trace.bin`, and how many of its segments are kept.
fn recorded(test: &str) -> (Folder, u64) {
    let folder = Folder::new(test);
    let (bytes, kept) = sampled();
    folder.file("trace.bin", &bytes);
    (folder, kept)
}

fn prints(folder: &Folder, arguments: &[&str]) -> String {
    let output = folder.run(arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output)
}

#[test]
fn an_estimate_tells_how_good_it_is_and_what_it_rests_on() {
    let (folder, kept) = recorded("approx-text");
    // So close that all that was kept has to be read.
    let text = prints(&folder, &["--approx=0.001", "--seed", "7", "trace.bin"]);
    let line = |label: &str| {
        let found = text.lines().find(|line| line.starts_with(label));
        found.unwrap_or_else(|| panic!("no line {label} in\n{text}"))
    };
    let fuel = line("fuel ");
    assert!(
        fuel.starts_with("fuel     about ") && fuel.ends_with("with 95 % confidence"),
        "{fuel}"
    );
    let sample = line("sample ");
    assert!(sample.contains(&format!(" {kept} of {SEGMENTS} segments read (")), "{sample}");
    assert!(sample.ends_with("seed 7"), "{sample}");
    let bounds = line("bounds ");
    assert!(bounds.contains("at least ") && bounds.contains(" at most "), "{bounds}");
    assert!(line("note ").contains("not as good as ±0.001 %"), "{text}");
}

#[test]
fn an_estimate_in_json_has_its_sample_and_intervals() {
    let (folder, kept) = recorded("approx-json");
    let json = prints(&folder, &["--approx=5", "--format", "json", "trace.bin"]);
    let report = Report::from_json(&json).expect("a report");
    assert!(json.contains("\"mode\": \"approx\"") && report.mode == Mode::Approx, "{json}");
    assert!(report.complete, "what was not kept was counted");
    let fuel = report.fuel;
    assert!(fuel.low < fuel.total && fuel.total < fuel.high, "{fuel:?}");
    assert_eq!(fuel.confidence, Some(0.95));
    let sample = report.sample.expect("a sample");
    assert_eq!((sample.target, sample.met, sample.seed), (0.05, true, 0));
    assert!(sample.segments <= kept && sample.bytes > 0, "{sample:?}");
    let bounds: RangeInclusive<u128> = sample.least..=sample.most.expect("there is no loop");
    assert!(bounds.contains(&fuel.low) && bounds.contains(&fuel.high), "{bounds:?} {fuel:?}");
    let [function] = &report.functions[..] else { panic!("one function") };
    let interval = function.interval.expect("an interval");
    let range = interval.self_fuel;
    assert!(range.low <= function.self_fuel && function.self_fuel <= range.high, "{interval:?}");
    assert!(interval.calls.low <= function.calls && function.calls <= interval.calls.high);
    assert_eq!(function.total_fuel, None);
    let again = prints(&folder, &["--approx=5", "--format", "json", "-j", "3", "trace.bin"]);
    assert_eq!(again, json);
}

#[test]
fn more_confidence_is_a_wider_interval() {
    let (folder, _) = recorded("approx-confidence");
    let width = |confidence: &str| {
        let flags = ["--approx=0.001", "--confidence", confidence, "--format", "json", "trace.bin"];
        let fuel = Report::from_json(&prints(&folder, &flags)).expect("a report").fuel;
        assert_eq!(fuel.confidence, confidence.parse().ok());
        fuel.high - fuel.low
    };
    assert!(width("0.5") < width("0.95") && width("0.95") < width("0.999"));
}

#[test]
fn an_estimate_in_csv_has_columns_for_the_intervals() {
    let (folder, _) = recorded("approx-csv");
    let csv = prints(&folder, &["--approx", "--format", "csv", "trace.bin"]);
    let ranges = "count_low,count_high,self_low,self_high";
    let head = format!("kind,index,operator,name,count,self,total,{ranges}");
    assert_eq!(csv.lines().next(), Some(head.as_str()), "{csv}");
    let flags = ["--approx", "--format", "csv", "--fields", ranges, "trace.bin"];
    let csv = prints(&folder, &flags);
    let row = csv.lines().nth(1).expect("a function");
    let numbers: Vec<u128> = row.split(',').map(|cell| cell.parse().expect(row)).collect();
    assert!(numbers[0] <= numbers[1] && numbers[2] <= numbers[3], "{csv}");
}

#[test]
fn a_sample_is_not_taken_for_the_whole() {
    let (folder, kept) = recorded("approx-exact");
    for arguments in [&["trace.bin"][..], &["--follow", "trace.bin"]] {
        let output = folder.run(arguments);
        let complaint = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert!(output.stdout.is_empty(), "{}", stdout(&output));
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(complaint.contains(&format!("only {kept} of {SEGMENTS} segments")), "{complaint}");
        assert!(complaint.contains("--approx"), "{complaint}");
    }
    let partial = prints(&folder, &["--allow-partial", "--format", "json", "trace.bin"]);
    let report = Report::from_json(&partial).expect("a report");
    assert!(!report.complete && report.mode == Mode::Exact, "{partial}");
}

#[test]
fn info_tells_what_a_sample_keeps() {
    let (folder, kept) = recorded("sample-info");
    let text = stdout(&folder.run(&["info", "trace.bin"]));
    assert!(text.contains("50.0000 % of the segments are kept, chosen by seed 3"), "{text}");
    assert!(text.contains(&format!("{SEGMENTS} of 1 stream, {kept} of them kept;")), "{text}");
}
