//! Traces that no recorder wrote: typed errors, never a panic.

mod support;

use analyzer::limits::MAX_STRETCH_EVENTS;
use analyzer::regression::fit;
use analyzer::{Analysis, AnalyzeOptions, Error, Misfit, analyze};
use formats::cost_model::CostModel;
use formats::events::{Event, EventError};
use formats::trace::{
    Detail, EventCounter, Header, Histogram, HistogramEntry, Location, Outcome, OutcomeKind,
    SegmentInfo, Trace, TraceWriter,
};
use slicer::bundles::Slices;
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
    assert_eq!(analysis.report.functions[0].calls, 1, "a damaged segment is left out whole");
    assert_eq!(analysis.report.functions[0].total_fuel, None, "the order has a gap");
}

/// Each fill of another length is another event. The totals need none of them by itself, the fit each.
#[test]
fn a_fit_of_more_distinct_events_than_the_limit_is_refused_by_number() {
    let program = program();
    let site = program.plan.functions.iter().flat_map(|function| &function.sites).next();
    let site = site.expect("the program fills memory").event;
    let fills = |count: usize| {
        let words: Vec<u32> = (0..count as u32).flat_map(|units| [site, units]).collect();
        trace_of(&program, &[&words], Some(&returned()))
    };
    fit(&[fills(MAX_STRETCH_EVENTS)], Some(1)).expect("within the limit");
    let beyond = fills(MAX_STRETCH_EVENTS + 1);
    let error = fit(std::slice::from_ref(&beyond), Some(1)).expect_err("beyond the limit");
    assert!(matches!(error, Error::TooManyEvents(MAX_STRETCH_EVENTS)), "{error}");
    assert!(error.to_string().contains(&MAX_STRETCH_EVENTS.to_string()), "{error}");
    assert!(error.to_string().contains("--slices min"), "{error}");
    assert!(partly_priced(&program, &beyond).is_ok());
}

#[test]
fn more_events_than_were_announced_are_not_added_to_others() {
    let program = program();
    let mut writer =
        TraceWriter::create(Vec::new(), &program.header(Detail::Full)).expect("a writer");
    let first = path(&program, 0, 0);
    let event = Event { id: first, payload: [].as_slice().into() };
    let entry = HistogramEntry { event, count: u64::MAX };
    let all = SegmentInfo { events: u64::MAX, ..SegmentInfo::default() };
    let histogram = Histogram::from_entries(vec![entry]).expect("one entry");
    writer.write_histogram(&all, &histogram).expect("written");
    let words = support::to_bytes(&[first, first]);
    writer.write_segment(&SegmentInfo::default(), &words).expect("written");
    writer.write_outcome(0, &returned()).expect("written");
    let trace = Trace::from_bytes(writer.finish().expect("closed")).expect("a trace");
    assert!(matches!(priced(&program, &trace), Err(Error::Segment { segment: 1, .. })));
    let analysis = partly_priced(&program, &trace).expect("priced");
    assert_eq!(analysis.report.functions[0].calls, u64::MAX.into());
}

#[test]
fn events_are_counted_whose_histogram_is_damaged() {
    let program = program();
    let first = path(&program, 0, 0);
    let info = SegmentInfo { events: 3, ..SegmentInfo::default() };
    let event = Event { id: first, payload: [].as_slice().into() };
    let entry = HistogramEntry { event, count: 3 };
    let histogram = Histogram::from_entries(vec![entry]).expect("one entry");
    let mut writer =
        TraceWriter::create(Vec::new(), &program.header(Detail::Full)).expect("a writer");
    let start = writer.bytes() as usize;
    let words = support::to_bytes(&[first; 3]);
    writer.write_counted_segment(&info, &histogram, &words).expect("written");
    writer.write_outcome(0, &returned()).expect("written");
    let mut bytes = writer.finish().expect("closed");
    // The last byte of the histogram's frame: head, prefix, and three numbers of a byte or two.
    let tally = Trace::from_bytes(bytes.clone()).expect("a trace").segments()[0].tally_bytes;
    bytes[start + 24 + tally.expect("a histogram") as usize - 1] ^= 1;
    let trace = Trace::from_bytes(bytes).expect("a trace");
    assert!(matches!(priced(&program, &trace), Err(Error::Read(_))));
    let analysis = partly_priced(&program, &trace).expect("priced");
    assert_eq!(analysis.report.functions[0].calls, 3);
    assert!(analysis.notes[0].contains("its events were counted instead"), "{:?}", analysis.notes);
}

/// A loop that a value decides which is known before it: it is recorded as one event with that value.
const NEST: &str = "(module (func (param $rounds i64)
    (loop (br_if 0 (i64.ne (local.tee $rounds (i64.sub (local.get $rounds) (i64.const 2)))
                           (i64.const 1))))))";

/// A trace of calls that enter the loop with these values, and its own account of how it ended.
fn nest_trace(
    program: &Program,
    detail: Detail,
    rounds: &[u64],
    outcome: Option<Outcome>,
) -> Trace {
    let nest = program.plan.functions[0].nests[0].event;
    let words = |&rounds: &u64| [nest, rounds as u32, (rounds >> 32) as u32, path(program, 0, 0)];
    let words: Vec<u32> = rounds.iter().flat_map(words).collect();
    let info = SegmentInfo { events: 2 * rounds.len() as u64, ..SegmentInfo::default() };
    let mut writer = TraceWriter::create(Vec::new(), &program.header(detail)).expect("a writer");
    let mut counter = EventCounter::new(program.plan.layout());
    counter.count(&words).expect("valid events");
    match detail {
        Detail::Full => writer.write_segment(&info, &support::to_bytes(&words)),
        Detail::Counts => writer.write_histogram(&info, &counter.take()),
    }
    .expect("written");
    if let Some(outcome) = outcome {
        writer.write_outcome(0, &outcome).expect("written");
    }
    Trace::from_bytes(writer.finish().expect("closed")).expect("a trace")
}

#[test]
fn a_trace_without_an_end_may_end_within_its_dearest_nest() {
    let program = Program::sliced(NEST, odd_prices(), Slices::Max);
    assert_eq!(program.plan.functions[0].nests[0].values.len(), 1, "{:?}", program.plan);
    let whole = nest_trace(&program, Detail::Counts, &[9, 1001], Some(returned()));
    let whole = priced(&program, &whole).expect("priced").report.fuel;
    let trace = nest_trace(&program, Detail::Counts, &[9, 1001], None);
    let fuel = partly_priced(&program, &trace).expect("priced").report.fuel;
    // The dearest nest is a thousand rounds of some two thousand fuel each.
    assert!(fuel.low + 1_000_000 < whole.total, "{fuel:?} {whole:?}");
    assert_eq!(fuel.high, whole.total);
}

#[test]
fn nests_that_never_end_are_not_replayed_again_and_again() {
    let program = Program::sliced(NEST, odd_prices(), Slices::Max);
    // Even numbers never become 1; a trap can have cut one of them short, not 200.
    let rounds: Vec<u64> = (1..=200).map(|round| 2 * round).collect();
    let trap = Outcome { kind: OutcomeKind::Trap, ..Outcome::default() };
    let trace = nest_trace(&program, Detail::Full, &rounds, Some(trap));
    assert!(matches!(priced(&program, &trace), Err(Error::ReplayTooLong)));
}

/// No trap cut the nest short, so that it ended, by the trace's own account.
#[test]
fn a_nest_that_never_ends_is_not_replayed_without_end() {
    let program = Program::sliced(NEST, odd_prices(), Slices::Max);
    let trace = nest_trace(&program, Detail::Full, &[2], Some(returned()));
    assert!(matches!(priced(&program, &trace), Err(Error::ReplayTooLong)));
}

#[test]
fn a_trap_cuts_one_nest_short_and_no_other() {
    let program = Program::sliced(NEST, odd_prices(), Slices::Max);
    let trap = Outcome { kind: OutcomeKind::Trap, ..Outcome::default() };
    let trace = nest_trace(&program, Detail::Full, &[2, 4], Some(trap));
    assert!(matches!(priced(&program, &trace), Err(Error::ReplayTooLong)));
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
fn the_plan_of_a_similar_module_is_an_error() {
    let one_import = "(import \"a\" \"b\" (func))";
    let functions = "(func (loop nop)) (func nop) (func (call 2))";
    let program = Program::new(&format!("(module {one_import} {functions})"), odd_prices());
    for other in [
        format!("(module {one_import} {one_import} {functions})"),
        format!("(module {one_import} {functions} (func))"),
        format!("(module {one_import} (func (loop nop)) (func nop))"),
        format!("(module {one_import} (func (block nop)) (func nop) (func (call 2)))"),
        format!("(module {one_import} (func (loop nop)) (func nop nop) (func (call 2)))"),
        format!("(module {one_import} (func (loop nop)) (func nop) (func (call 3)))"),
        format!("(module {one_import} (func (loop nop)) (func nop) (func nop))"),
    ] {
        let module = wat::parse_str(&other).expect("the text form parses");
        let header = Header { module, ..program.header(Detail::Full) };
        let mut writer = TraceWriter::create(Vec::new(), &header).expect("a writer");
        writer.write_outcome(0, &returned()).expect("written");
        let trace = Trace::from_bytes(writer.finish().expect("closed")).expect("a trace");
        let error = priced(&program, &trace).map(drop).expect_err(&other);
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
