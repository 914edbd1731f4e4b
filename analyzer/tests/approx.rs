//! Estimates of whole traces: that their intervals hold the true total, what they read, and what they
//! say of traces of which something is missing.

mod support;

use analyzer::estimate::Goal;
use analyzer::{Analysis, AnalyzeOptions, Error, analyze};
use formats::cost_model::CostModel;
use formats::events::Event;
use formats::report::Mode;
use formats::trace::{
    Detail, Header, Histogram, HistogramEntry, Outcome, OutcomeKind, Sample, SegmentData,
    SegmentInfo, Trace, TraceWriter,
};
use support::{PROGRAM, Program, Random, odd_prices, record, returned};

const SEEDS: u64 = 500;

/// A function that costs little, more, or much.
fn program() -> Program {
    let nops = "nop ".repeat(300);
    let text = format!(
        "(module (func (param i32 i32)
           (if (local.get 0) (then (if (local.get 1) (then {nops}) (else nop nop nop nop)))
             (else nop))))"
    );
    Program::new(&text, CostModel::builtin("unit").expect("built in"))
}

/// What one of each event costs.
fn costs(program: &Program) -> Vec<u128> {
    let cost = |event| {
        let trace = support::trace_of(program, &[&[event]], Some(&returned()));
        let report = analyze(&trace, &program.model, &AnalyzeOptions::default());
        report.expect("can be priced").report.fuel.total
    };
    let costs: Vec<u128> = (0..3).map(cost).collect();
    assert!(costs.iter().max() > costs.iter().min().map(|least| 10 * least).as_ref(), "{costs:?}");
    costs
}

/// What becomes of a piece of a recording.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Unkept,
    Dropped,
}

/// The events of one segment, how long it took, and what became of it.
#[derive(Clone)]
struct Piece {
    counts: [u64; 3],
    nanoseconds: u64,
    fate: Fate,
}

/// How one trace is made.
struct Scene {
    program: Program,
    costs: Vec<u128>,
    /// Indices of the events: the cheapest first.
    order: Vec<usize>,
}

impl Scene {
    fn new() -> Scene {
        let program = program();
        let costs = costs(&program);
        let mut order = vec![0, 1, 2];
        order.sort_by_key(|&event| costs[event]);
        Scene { program, costs, order }
    }

    /// A piece of about so many events, of which `dear` are dear.
    fn piece(&self, random: &mut Random, events: u64, dear: f64) -> Piece {
        let events = events + random.below(1 + events as usize / 5) as u64;
        let dear = (events as f64 * dear * (0.9 + 0.2 * unit(random))) as u64;
        let dear = dear.min(events);
        let middle = (events - dear) / 4;
        let mut counts = [0; 3];
        counts[self.order[2]] = dear;
        counts[self.order[1]] = middle;
        counts[self.order[0]] = events - dear - middle;
        let nanoseconds = (self.cost(&counts) as f64 * (0.9 + 0.2 * unit(random))) as u64;
        Piece { counts, nanoseconds, fate: Fate::Kept }
    }

    fn cost(&self, counts: &[u64; 3]) -> u128 {
        counts.iter().zip(&self.costs).map(|(&count, cost)| u128::from(count) * cost).sum()
    }

    fn total(&self, pieces: &[Piece]) -> u128 {
        pieces.iter().map(|piece| self.cost(&piece.counts)).sum()
    }

    fn bytes(&self, pieces: &[Piece]) -> Vec<u8> {
        let header =
            Header { sample: Sample::of_rate(0.5, 0), ..self.program.header(Detail::Counts) };
        let mut writer = TraceWriter::create(Vec::new(), &header).expect("a writer");
        let mut now = 0;
        for piece in pieces {
            let events = piece.counts.iter().sum();
            let (start_ns, end_ns) = (now, now + piece.nanoseconds);
            now = end_ns;
            let info = SegmentInfo { stream: 0, start_ns, end_ns, events };
            match piece.fate {
                Fate::Kept => writer.write_histogram(&info, &histogram(piece)).map(drop),
                Fate::Unkept => writer.write_unkept(&info).map(drop),
                Fate::Dropped => writer.write_drop(0, events, 4 * events),
            }
            .expect("written");
        }
        writer.write_outcome(0, &returned()).expect("written");
        writer.finish().expect("closed")
    }

    fn trace(&self, pieces: &[Piece]) -> Trace {
        Trace::from_bytes(self.bytes(pieces)).expect("a trace")
    }

    fn estimate(&self, trace: &Trace, goal: Goal) -> Analysis {
        let options =
            AnalyzeOptions { jobs: Some(1), goal: Some(goal), ..AnalyzeOptions::default() };
        analyze(trace, &self.program.model, &options).expect("can be estimated")
    }

    /// How many of the intervals of [`SEEDS`] samples hold the total; and the mean share of segments
    /// that were read.
    fn coverage(&self, pieces: &[Piece], precision: f64) -> (f64, f64) {
        let (trace, total) = (self.trace(pieces), self.total(pieces));
        let (mut holding, mut share) = (0.0, 0.0);
        for seed in 0..SEEDS {
            let report = self.estimate(&trace, Goal { precision, seed, ..Goal::default() }).report;
            let fuel = report.fuel;
            holding += f64::from(u8::from((fuel.low..=fuel.high).contains(&total)));
            let read = report.sample.as_ref().map_or(pieces.len() as u64, |read| read.segments);
            share += read as f64 / pieces.len() as f64;
            if let Some(sample) = &report.sample {
                assert!(sample.least <= total, "{sample:?}");
                assert!(sample.most.is_none_or(|most| total <= most), "{sample:?}");
            }
        }
        (holding / SEEDS as f64, share / SEEDS as f64)
    }
}

/// Between 0 and 1.
fn unit(random: &mut Random) -> f64 {
    random.below(1 << 20) as f64 / (1 << 20) as f64
}

fn histogram(piece: &Piece) -> Histogram {
    let entries = (0..3).zip(piece.counts).filter(|&(_, count)| count > 0).map(|(id, count)| {
        let event = Event { id, payload: [].as_slice().into() };
        HistogramEntry { event, count }
    });
    Histogram::from_entries(entries.collect()).expect("in order")
}

fn uniform(scene: &Scene, random: &mut Random, pieces: usize) -> Vec<Piece> {
    (0..pieces).map(|_| scene.piece(random, 60_000, 0.1)).collect()
}

fn phased(scene: &Scene, random: &mut Random, pieces: usize) -> Vec<Piece> {
    let dear: Vec<f64> = (0..8).map(|_| 0.4 * unit(random)).collect();
    (0..pieces).map(|piece| scene.piece(random, 60_000, dear[piece * 8 / pieces])).collect()
}

fn heavy_tailed(scene: &Scene, random: &mut Random, pieces: usize) -> Vec<Piece> {
    let mut piece = |_| {
        let dear = 0.002 * (unit(random) + 1e-4).powf(-1.0 / 1.2);
        scene.piece(random, 60_000, dear.min(1.0))
    };
    (0..pieces).map(&mut piece).collect()
}

fn burst(scene: &Scene, random: &mut Random, pieces: usize) -> Vec<Piece> {
    let at = random.below(pieces);
    let dear = |piece| if piece == at { 1.0 } else { 0.001 };
    (0..pieces).map(|piece| scene.piece(random, 60_000, dear(piece))).collect()
}

#[test]
fn intervals_hold_the_total_of_traces_of_every_shape() {
    let scene = Scene::new();
    type Shape = fn(&Scene, &mut Random, usize) -> Vec<Piece>;
    let shapes: [(&str, Shape, f64); 4] = [
        ("uniform", uniform, 0.01),
        ("phased", phased, 0.02),
        ("heavy-tailed", heavy_tailed, 0.05),
        ("a burst", burst, 0.02),
    ];
    for (name, shape, precision) in shapes {
        let pieces = shape(&scene, &mut Random(7), 1500);
        let (coverage, share) = scene.coverage(&pieces, precision);
        println!("{name}: {coverage} of the intervals hold, {share:.3} was read");
        assert!(coverage >= 0.94, "{name}: {coverage}");
        assert!(share < 0.9, "{name}: an estimate reads a part, not {share}");
    }
}

#[test]
fn intervals_hold_what_was_not_recorded() {
    let scene = Scene::new();
    for (fate, odds, precision) in [(Fate::Unkept, 2, 0.01), (Fate::Dropped, 100, 0.02)] {
        let mut random = Random(11);
        let mut pieces = uniform(&scene, &mut random, 800);
        for piece in &mut pieces {
            if random.one_in(odds) {
                piece.fate = fate;
            }
        }
        let (coverage, _) = scene.coverage(&pieces, precision);
        assert!(coverage >= 0.94, "{coverage}");
    }
}

#[test]
fn an_estimate_of_a_whole_trace_is_a_range_and_the_exact_total_lies_in_it() {
    let scene = Scene::new();
    let pieces = uniform(&scene, &mut Random(3), 3000);
    let trace = scene.trace(&pieces);
    let Analysis { report, notes, .. } = scene.estimate(&trace, Goal::default());
    assert_eq!((report.mode, report.complete), (Mode::Approx, true));
    assert_eq!(report.fuel.confidence, Some(0.95));
    let sample = report.sample.expect("a sample");
    assert!(sample.met && sample.segments < 300 && sample.bytes * 10 < trace.bytes(), "{sample:?}");
    assert!(notes.is_empty(), "{notes:?}");
    // The one function has all fuel, and each of its events is a call.
    let [function] = &report.functions[..] else { panic!("one function") };
    let interval = function.interval.expect("an interval");
    let total = scene.total(&pieces);
    assert!(interval.self_fuel.low <= total && total <= interval.self_fuel.high, "{interval:?}");
    let calls: u64 = pieces.iter().flat_map(|piece| piece.counts).sum();
    let calls = u128::from(calls);
    assert!(interval.calls.low <= calls && calls <= interval.calls.high, "{interval:?}");
    assert_eq!(function.total_fuel, None);
}

#[test]
fn the_same_seed_gives_the_same_report_for_any_number_of_threads() {
    let scene = Scene::new();
    let trace = scene.trace(&heavy_tailed(&scene, &mut Random(5), 1000));
    let json = |seed, jobs| {
        let goal = Goal { precision: 0.05, seed, ..Goal::default() };
        let options =
            AnalyzeOptions { jobs: Some(jobs), goal: Some(goal), ..AnalyzeOptions::default() };
        analyze(&trace, &scene.program.model, &options).expect("estimated").report.to_json()
    };
    assert_eq!(json(4, 1), json(4, 1));
    assert_eq!(json(4, 1), json(4, 3));
    assert_ne!(json(4, 1), json(5, 1));
}

#[test]
fn an_estimate_that_read_everything_is_the_exact_report() {
    let scene = Scene::new();
    for pieces in [0, 1, 2, 5] {
        let pieces = heavy_tailed(&scene, &mut Random(9), pieces);
        let trace = scene.trace(&pieces);
        let estimate = scene.estimate(&trace, Goal { precision: 1e-9, ..Goal::default() });
        let exact = analyze(&trace, &scene.program.model, &AnalyzeOptions::default()).unwrap();
        assert_eq!(estimate.report.mode, Mode::Exact);
        assert_eq!(estimate.report, exact.report);
        assert_eq!(exact.report.fuel.total, scene.total(&pieces));
    }
}

#[test]
fn a_sample_has_no_exact_total() {
    let scene = Scene::new();
    let mut pieces = uniform(&scene, &mut Random(3), 40);
    for piece in pieces.iter_mut().skip(10) {
        piece.fate = Fate::Unkept;
    }
    let trace = scene.trace(&pieces);
    let exact = analyze(&trace, &scene.program.model, &AnalyzeOptions::default());
    assert!(matches!(exact, Err(Error::Sample { kept: 10, segments: 40 })));
    let partial = AnalyzeOptions { allow_partial: true, ..AnalyzeOptions::default() };
    let partial = analyze(&trace, &scene.program.model, &partial).expect("priced");
    assert_eq!(partial.report.fuel.total, scene.total(&pieces[..10]));
    assert!(!partial.report.complete && partial.notes.len() == 1, "{:?}", partial.notes);
}

#[test]
fn a_target_that_cannot_be_met_is_said_to_be_missed() {
    let scene = Scene::new();
    let mut pieces = heavy_tailed(&scene, &mut Random(3), 60);
    for piece in pieces.iter_mut().step_by(2) {
        piece.fate = Fate::Unkept;
    }
    let found = scene.estimate(&scene.trace(&pieces), Goal { precision: 1e-6, ..Goal::default() });
    let sample = found.report.sample.expect("a sample");
    assert!(!sample.met && sample.segments == 30, "{sample:?}");
    assert!(found.notes.iter().any(|note| note.contains("±0.0001 %")), "{:?}", found.notes);
    let (fuel, total) = (found.report.fuel, scene.total(&pieces));
    assert!(fuel.low <= total && total <= fuel.high, "{fuel:?} {total}");
}

#[test]
fn of_what_nothing_is_known_only_bounds_hold() {
    let scene = Scene::new();
    let mut pieces = uniform(&scene, &mut Random(3), 1);
    for fate in [Fate::Unkept, Fate::Dropped] {
        pieces[0].fate = fate;
        let report = scene.estimate(&scene.trace(&pieces), Goal::default()).report;
        let (sample, total) = (report.sample.expect("a sample"), scene.total(&pieces));
        let most = sample.most.expect("there is no loop");
        assert!(sample.least <= total && total <= most && !sample.met, "{sample:?} {total}");
        assert_eq!((report.fuel.low, report.fuel.high), (sample.least, most));
        assert!(report.functions.is_empty());
    }
}

#[test]
fn bounds_hold_whatever_was_left_out_of_a_program_of_any_kind() {
    let program = Program::new(PROGRAM, odd_prices());
    let mut seen = 0;
    for seed in 0..100 {
        let mut random = Random(seed);
        let (bytes, truth, _) = record(&program, &mut random, Detail::Full, 1, 600);
        if truth.cut_short {
            continue;
        }
        let trace = without_some(&Trace::from_bytes(bytes).expect("a trace"), &mut random);
        let options = AnalyzeOptions { goal: Some(Goal::default()), ..AnalyzeOptions::default() };
        let report = analyze(&trace, &program.model, &options).expect("estimated").report;
        let Some(sample) = report.sample else { continue };
        assert!(sample.least <= truth.fuel, "{seed}: {sample:?} {}", truth.fuel);
        assert!(sample.most.is_none_or(|most| truth.fuel <= most), "{seed}: {sample:?}");
        assert!(sample.least <= report.fuel.low && report.fuel.low <= report.fuel.high);
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

/// The trace as it were if every second segment had not been kept.
fn without_some(trace: &Trace, random: &mut Random) -> Trace {
    let mut writer = TraceWriter::create(Vec::new(), trace.header()).expect("a writer");
    let mut outcomes = trace.outcomes().iter().peekable();
    for (number, entry) in trace.segments().iter().enumerate() {
        while let Some(ended) = outcomes.next_if(|ended| ended.segments_before as usize <= number) {
            writer.write_outcome(ended.stream, &ended.outcome).expect("written");
        }
        match trace.read_segment(number).expect("readable") {
            SegmentData::Events(words) if random.one_in(2) => {
                writer.write_segment(&entry.info, &support::to_bytes(&words)).expect("written")
            }
            _ => writer.write_unkept(&entry.info).expect("written"),
        };
    }
    for ended in outcomes {
        writer.write_outcome(ended.stream, &ended.outcome).expect("written");
    }
    Trace::from_bytes(writer.finish().expect("closed")).expect("a trace")
}

#[test]
fn a_damaged_segment_and_a_missing_end_widen_the_interval() {
    let scene = Scene::new();
    let pieces = uniform(&scene, &mut Random(3), 200);
    let mut bytes = scene.bytes(&pieces);
    let place = scene.trace(&pieces).segments()[7].offset as usize + 60;
    bytes[place] ^= 1;
    let goal = Goal { precision: 1e-6, ..Goal::default() };
    let trace = Trace::from_bytes(bytes.clone()).expect("a trace");
    let found = scene.estimate(&trace, goal);
    assert!(!found.report.complete);
    assert!(found.notes.iter().any(|note| note.contains("it is left out")), "{:?}", found.notes);
    let (fuel, total) = (found.report.fuel, scene.total(&pieces));
    assert!(fuel.low < total && total < fuel.high, "{fuel:?} {total}");

    let cut = scene.bytes(&pieces)[..scene.trace(&pieces).segments()[150].offset as usize].to_vec();
    let found = scene.estimate(&Trace::from_bytes(cut).expect("a trace"), Goal::default());
    assert!(!found.report.complete);
    assert!(found.notes.iter().any(|note| note.contains("not estimated")), "{:?}", found.notes);
    assert_eq!(found.report.sample.expect("a sample").most, None);
}

#[test]
fn a_trap_leaves_its_tail_in_an_estimate_too() {
    let program = Program::new(
        "(module (memory 1) (func (param i32)
           nop nop nop (drop (i32.load (local.get 0))) nop))",
        CostModel::builtin("unit").expect("built in"),
    );
    let header = program.header(Detail::Counts);
    let mut writer = TraceWriter::create(Vec::new(), &header).expect("a writer");
    let event = Event { id: 0, payload: [].as_slice().into() };
    let histogram =
        Histogram::from_entries(vec![HistogramEntry { event, count: 100 }]).expect("one entry");
    let piece = SegmentInfo { events: 100, ..SegmentInfo::default() };
    for _ in 0..400 {
        writer.write_histogram(&piece, &histogram).expect("written");
    }
    let location = Some(formats::trace::Location { function: 0, operator: 4 });
    let trap = Outcome { kind: OutcomeKind::Trap, location, ..Outcome::default() };
    writer.write_outcome(0, &trap).expect("written");
    let trace = Trace::from_bytes(writer.finish().expect("closed")).expect("a trace");
    let options = AnalyzeOptions { goal: Some(Goal::default()), ..AnalyzeOptions::default() };
    let estimate = analyze(&trace, &program.model, &options).expect("estimated").report;
    let exact = analyze(&trace, &program.model, &AnalyzeOptions::default()).expect("priced").report;
    assert_eq!(estimate.mode, Mode::Approx);
    assert!(exact.fuel.total > 400 * 100 * 6, "{:?}", exact.fuel);
    assert!(estimate.fuel.low <= exact.fuel.low && exact.fuel.high <= estimate.fuel.high);
    let (found, truth) = (&estimate.functions[0], &exact.functions[0]);
    let interval = found.interval.expect("an interval");
    assert!(interval.self_fuel.low <= truth.self_fuel, "{interval:?} {truth:?}");
    assert!(truth.self_fuel <= interval.self_fuel.high, "{interval:?} {truth:?}");
}

#[test]
fn an_impossible_goal_is_refused() {
    let scene = Scene::new();
    let trace = scene.trace(&uniform(&scene, &mut Random(3), 3));
    for (precision, confidence) in [(-1.0, 0.95), (f64::NAN, 0.95), (0.01, 0.0), (0.01, 1.0)] {
        let goal = Goal { precision, confidence, ..Goal::default() };
        let options = AnalyzeOptions { goal: Some(goal), ..AnalyzeOptions::default() };
        let refused = analyze(&trace, &scene.program.model, &options);
        assert!(matches!(refused, Err(Error::Goal(_))), "{goal:?}");
    }
}
