//! A trace cut at any byte, as a power failure leaves it: what is salvaged is the longest run of whole
//! segments, and it can be priced.

use analyzer::{AnalyzeOptions, analyze};
use formats::cost_model::CostModel;
use formats::trace::{Detail, Trace, TraceError};
use recorder::Slices;
use tests::models::SplitMix;
use tests::program::Program;
use tests::recorded;

use crate::frames::{FILE_HEAD_BYTES, frames, segments_before};
use crate::load;

fn record(rounds: u32) -> Vec<u8> {
    let wasm = wat::parse_str(load::mixed(rounds)).expect("the text form parses");
    let program = Program::command("mixed", wasm);
    recorded::record(&program, Slices::Chosen, Detail::Full).expect("it is recorded").trace
}

/// What a cut at `length` must leave.
fn check(trace: &[u8], length: usize, price: bool) {
    let header_end = frames(trace)[0].end;
    match Trace::from_bytes(trace[..length].to_vec()) {
        Err(TraceError::Truncated { segments: 0, .. }) => {
            assert!(length < header_end, "{length} bytes have a header of {header_end}");
        }
        Err(error) => panic!("{length} bytes: {error}"),
        Ok(cut) => {
            assert!(length >= header_end.max(FILE_HEAD_BYTES));
            assert_eq!(cut.segments().len(), segments_before(trace, length), "{length} bytes");
            assert_eq!(cut.is_complete(), length == trace.len(), "{length} bytes");
            if price {
                check_price(&cut, length);
            }
        }
    }
}

fn check_price(cut: &Trace, length: usize) {
    let model = CostModel::builtin("unit").expect("it is built in");
    let options = AnalyzeOptions { jobs: Some(1), ..AnalyzeOptions::default() };
    let refused = analyze(cut, &model, &options);
    assert!(matches!(refused, Err(analyzer::Error::Incomplete(_))), "{length} bytes");
    let options = AnalyzeOptions { allow_partial: true, ..options };
    let report = analyze(cut, &model, &options).expect("a part can be priced").report;
    assert!(!report.complete, "{length} bytes are taken for the whole");
}

#[test]
fn every_prefix_of_a_small_trace_has_its_whole_segments() {
    let trace = record(45_000);
    let segments = segments_before(&trace, trace.len());
    assert!(segments > 2, "some are whole and one is not");
    let every = load::rounds(7, 1);
    for length in (0..trace.len()).step_by(every) {
        check(&trace, length, true);
    }
    check(&trace, trace.len(), false);
    let prefixes = trace.len().div_ceil(every);
    println!("{prefixes} prefixes of {} bytes with {segments} segments", trace.len());
}

#[test]
fn random_prefixes_of_a_large_trace_have_their_whole_segments() {
    let trace = record(2_000_000);
    let prefixes = load::rounds(60, 2_000);
    let segments = segments_before(&trace, trace.len());
    let mut random = SplitMix(3);
    for number in 0..prefixes {
        let length = random.below(trace.len() as u32) as usize;
        // Every tenth is priced as well: that takes as long as all segments of it take.
        check(&trace, length, number % 10 == 0);
    }
    println!("{prefixes} prefixes of {} bytes with {segments} segments", trace.len());
}
