//! Traces that no recorder wrote: typed errors, never a panic.

mod support;

use analyzer::{Analysis, AnalyzeOptions, Error, Misfit, analyze};
use formats::cost_model::CostModel;
use formats::events::{Event, EventError};
use formats::trace::{
    Detail, Header, Histogram, HistogramEntry, Location, Outcome, OutcomeKind, SegmentInfo, Trace,
    TraceWriter,
};
use support::{PROGRAM, Program, Random, odd_prices, record, returned, trace_of};

fn program() -> Program {
    Program::new(PROGRAM, odd_prices())
}

fn priced(program: &Program, trace: &Trace) -> Result<Analysis, Error> {
    analyze(trace, &program.model, &AnalyzeOptions { jobs: Some(2), ..AnalyzeOptions::default() })
}

fn partly_priced(program: &Program, trace: &Trace) -> Result<Analysis, Error> {
    analyze(
        trace,
        &program.model,
        &AnalyzeOptions { jobs: Some(2), allow_partial: true, ..AnalyzeOptions::default() },
    )
}

/// The event of path 0 of region `region` of the defined function number `function`.
fn path(program: &Program, function: usize, region: usize) -> u32 {
    program.plan.functions[function].regions[region].first_event
}

#[test]
fn an_unknown_event_is_named_with_its_place() {
    let program = program();
    let unknown = program.plan.events();
    let first = path(&program, 0, 0);
    let trace = trace_of(&program, &[&[first], &[first, unknown]], Some(&returned()));
    let error = priced(&program, &trace).expect_err("refused");
    let Error::Events { segment: 1, source, .. } = &error else { panic!("{error}") };
    assert_eq!(*source, EventError::UnknownId { word: 1, id: unknown });
    assert!(error.to_string().contains(&format!("at byte {}", trace.segments()[1].offset)));

    let analysis = partly_priced(&program, &trace).expect("priced");
    assert!(!analysis.report.complete);
    assert_eq!(analysis.report.functions[0].calls, 2, "what comes before the damage counts");
    assert_eq!(analysis.report.functions[0].total_fuel, None, "the order has a gap");
}

#[test]
fn a_payload_that_is_cut_short_is_an_error() {
    let program = program();
    let site = program.plan.layout().bare();
    let trace = trace_of(&program, &[&[site]], Some(&returned()));
    let error = priced(&program, &trace).expect_err("refused");
    assert!(matches!(
        error,
        Error::Events { segment: 0, source: EventError::CutShort { word: 0, .. }, .. }
    ));
}

#[test]
fn a_segment_with_another_number_of_events_is_an_error() {
    let program = program();
    let mut writer =
        TraceWriter::create(Vec::new(), &program.header(Detail::Full)).expect("a writer");
    let info = SegmentInfo { events: 1, ..SegmentInfo::default() };
    writer.write_segment(&info, &[0; 8]).expect("written");
    writer.write_outcome(0, &returned()).expect("written");
    let trace = Trace::from_bytes(writer.finish().expect("closed")).expect("a trace");
    assert!(matches!(priced(&program, &trace), Err(Error::Segment { segment: 0, .. })));
}

#[test]
fn events_in_an_impossible_order_are_an_error() {
    let program = program();
    let recurse = &program.plan.functions[3];
    let inner = (1..recurse.regions.len()).map(|region| path(&program, 3, region));
    for id in inner {
        let trace = trace_of(&program, &[&[id]], Some(&returned()));
        let error = priced(&program, &trace).expect_err("refused");
        let Error::Order { segment: 0, event: 0, misfit, .. } = error else { panic!("{error}") };
        assert_eq!(misfit, Misfit::NoActivation);
    }
}

#[test]
fn the_plan_of_another_module_is_an_error() {
    let program = program();
    for text in [
        "(module)",
        "(module (func))",
        "(module (import \"a\" \"b\" (func)) (import \"a\" \"c\" (func)) (func (drop (i32.const 1))))",
    ] {
        let other = Program::new(text, odd_prices());
        let header = Header { module: other.wasm, ..program.header(Detail::Full) };
        let mut writer = TraceWriter::create(Vec::new(), &header).expect("a writer");
        writer.write_outcome(0, &returned()).expect("written");
        let trace = Trace::from_bytes(writer.finish().expect("closed")).expect("a trace");
        let error = priced(&program, &trace).expect_err("refused");
        assert!(matches!(error, Error::Module(slicer::Error::PlanMismatch(_))), "{error}");
    }
}

#[test]
fn bytes_that_are_no_module_are_an_error() {
    let program = program();
    for module in [&b""[..], b"nonsense", b"\0asm\x0d\0\x01\0", b"\0asm\x01\0\0\0\x0a\xff"] {
        let header = Header { module: module.to_vec(), ..program.header(Detail::Full) };
        let mut writer = TraceWriter::create(Vec::new(), &header).expect("a writer");
        writer.write_outcome(0, &returned()).expect("written");
        let trace = Trace::from_bytes(writer.finish().expect("closed")).expect("a trace");
        assert!(matches!(priced(&program, &trace), Err(Error::Module(_))));
    }
}

#[test]
fn counts_that_no_program_reaches_do_not_overflow_silently() {
    let program = Program::new(
        "(module (memory i64 1) (func (param i64)
            (memory.fill (i64.const 0) (i32.const 0) (local.get 0))))",
        odd_prices(),
    );
    let histogram = |payload: u64, count: u64| {
        let payload = [payload as u32, (payload >> 32) as u32].into_iter().collect();
        let event = Event { id: program.plan.layout().bare(), payload };
        Histogram::from_entries(vec![HistogramEntry { event, count }]).expect("a histogram")
    };
    let analyzed = |payload: u64, count: u64| {
        let header = program.header(Detail::Counts);
        let mut writer = TraceWriter::create(Vec::new(), &header).expect("a writer");
        let info = SegmentInfo { events: count, ..SegmentInfo::default() };
        writer.write_histogram(&info, &histogram(payload, count)).expect("written");
        writer.write_outcome(0, &returned()).expect("written");
        let trace = Trace::from_bytes(writer.finish().expect("closed")).expect("a trace");
        priced(&program, &trace)
    };
    assert_eq!(program.plan.widths[2], 1);
    let price = u128::from(program.model.per_unit(formats::cost_model::Bulk::MemoryFill));
    let most = analyzed(u64::MAX, 1 << 32).expect("priced").report.fuel.total;
    assert_eq!(most, (u128::from(u64::MAX) * price) << 32);
    assert!(matches!(analyzed(u64::MAX, u64::MAX), Err(Error::Overflow)));
}

#[test]
fn a_histogram_with_impossible_payloads_is_an_error() {
    let program = program();
    let site = program.plan.layout().bare();
    for (id, payload) in [(0, &[1][..]), (site, &[1, 1]), (site, &[]), (u32::MAX, &[])] {
        let entry = HistogramEntry { event: Event { id, payload: payload.into() }, count: 1 };
        let histogram = Histogram::from_entries(vec![entry]).expect("a histogram");
        let header = program.header(Detail::Counts);
        let mut writer = TraceWriter::create(Vec::new(), &header).expect("a writer");
        let info = SegmentInfo { events: 1, ..SegmentInfo::default() };
        writer.write_histogram(&info, &histogram).expect("written");
        writer.write_outcome(0, &returned()).expect("written");
        let trace = Trace::from_bytes(writer.finish().expect("closed")).expect("a trace");
        assert!(matches!(priced(&program, &trace), Err(Error::Segment { segment: 0, .. })));
    }
}

#[test]
fn a_trap_at_an_unknown_place_leaves_a_wide_interval() {
    let program = program();
    let entry = path(&program, 0, 0);
    let nowhere = [
        None,
        Some(Location { function: 0, operator: 0 }),
        Some(Location { function: u32::MAX, operator: 0 }),
        Some(Location { function: 2, operator: 4_000_000_000 }),
    ];
    for location in nowhere {
        let outcome = Outcome { kind: OutcomeKind::Trap, location, ..Outcome::default() };
        let trace = trace_of(&program, &[&[entry]], Some(&outcome));
        let analysis = priced(&program, &trace).expect("priced");
        let fuel = analysis.report.fuel;
        assert!(fuel.high > fuel.low + 1_000_000, "{fuel:?}");
        assert_eq!(analysis.notes.len(), 1, "{:?}", analysis.notes);
    }
}

#[test]
fn an_incomplete_trace_is_refused_unless_that_is_allowed() {
    let program = program();
    let entry = path(&program, 0, 0);
    let unknown = Outcome { kind: OutcomeKind::Unknown, ..Outcome::default() };
    for outcome in [None, Some(&unknown)] {
        let trace = trace_of(&program, &[&[entry]], outcome);
        assert!(matches!(priced(&program, &trace), Err(Error::Incomplete(_))));
        let analysis = partly_priced(&program, &trace).expect("priced");
        assert!(!analysis.report.complete);
        assert!(!analysis.notes.is_empty());
    }
}

#[test]
fn dropped_events_are_told() {
    let program = program();
    let mut writer =
        TraceWriter::create(Vec::new(), &program.header(Detail::Full)).expect("a writer");
    writer.write_drop(0, 17, 68).expect("written");
    writer.write_outcome(0, &returned()).expect("written");
    let trace = Trace::from_bytes(writer.finish().expect("closed")).expect("a trace");
    let Err(Error::Incomplete(gaps)) = priced(&program, &trace) else { panic!("priced") };
    assert!(gaps[0].contains("dropped 17 events"), "{gaps:?}");
    let analysis = partly_priced(&program, &trace).expect("priced");
    assert_eq!(analysis.report.trace.dropped_events, 17);
    assert!(!analysis.report.complete);
}

#[test]
fn a_trace_that_is_cut_anywhere_is_incomplete_and_can_be_priced_in_part() {
    let program = program();
    let (bytes, truth, _) = record(&program, &mut Random(5), Detail::Full, 2, 200);
    let whole = Trace::from_bytes(bytes.clone()).expect("a trace");
    let first = whole.segments()[0].offset as usize;
    let mut priced_fuel = 0;
    for length in (0..bytes.len()).step_by(23) {
        let Ok(trace) = Trace::from_bytes(bytes[..length].to_vec()) else {
            assert!(length < first);
            continue;
        };
        assert!(matches!(priced(&program, &trace), Err(Error::Incomplete(_))));
        let analysis = partly_priced(&program, &trace).expect("priced");
        assert!(!analysis.report.complete);
        assert!(analysis.report.fuel.total >= priced_fuel, "more of a trace has more fuel");
        assert!(analysis.report.fuel.low <= truth.fuel);
        priced_fuel = analysis.report.fuel.total;
    }
    assert!(priced_fuel > 0);
}

#[test]
fn damaged_bytes_and_words_never_panic() {
    let program = program();
    let mut random = Random(99);
    let (bytes, _, _) = record(&program, &mut random, Detail::Full, 2, 100);
    for _ in 0..300 {
        let mut damaged = bytes.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(damaged.len());
            damaged[at] = random.next() as u8;
        }
        if let Ok(trace) = Trace::from_bytes(damaged) {
            let _ = priced(&program, &trace);
            let _ = partly_priced(&program, &trace);
        }
    }
    let events = program.plan.events();
    for _ in 0..300 {
        let words: Vec<u32> =
            (0..random.below(20)).map(|_| random.below(events as usize + 1) as u32).collect();
        let location =
            Some(Location { function: random.below(12) as u32, operator: random.below(60) as u32 });
        let outcome = Outcome { kind: OutcomeKind::Trap, location, ..Outcome::default() };
        let mut writer =
            TraceWriter::create(Vec::new(), &program.header(Detail::Full)).expect("a writer");
        let layout = program.plan.layout();
        let count = formats::events::Events::new(&words, layout).count() as u64;
        let info = SegmentInfo { events: count, ..SegmentInfo::default() };
        writer.write_segment(&info, &support::to_bytes(&words)).expect("written");
        writer.write_outcome(0, &outcome).expect("written");
        let trace = Trace::from_bytes(writer.finish().expect("closed")).expect("a trace");
        let _ = priced(&program, &trace);
        let _ = partly_priced(&program, &trace);
    }
}

#[test]
fn an_empty_program_costs_nothing() {
    let program = Program::new("(module)", CostModel::flat("any", 5));
    let trace = trace_of(&program, &[], Some(&returned()));
    let report = priced(&program, &trace).expect("priced").report;
    assert_eq!(report.fuel.total, 0);
    assert!(report.complete && report.functions.is_empty());
}
