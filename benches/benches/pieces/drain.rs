//! From full rings to a closed trace that goes nowhere: copying, handing over, counting,
//! compressing, and the threads that do it.

use std::hint::black_box;
use std::io;

use criterion::{Criterion, Throughput};
use formats::trace::Header;
use recorder::{DrainOptions, Recording};

use crate::sample::{Sample, Segment};

/// How often the sample's segments pass in one recording, so that starting it doesn't matter.
const ROUNDS: u64 = 8;

pub(crate) fn bench(criterion: &mut Criterion, sample: &Sample) {
    let mut group = criterion.benchmark_group("drain");
    group.throughput(Throughput::Bytes(ROUNDS * sample.ring_bytes()));
    group.sample_size(20);
    group.bench_function("recording", |bencher| {
        bencher.iter(|| black_box(drain(sample.header(), &sample.segments)));
    });
    group.finish();
}

/// Gives the number of events in the trace.
fn drain(header: &Header, segments: &[Segment]) -> u64 {
    let recording = Recording::start(io::sink(), header, DrainOptions::default()).unwrap();
    let mut tap = recording.tap();
    for _ in 0..ROUNDS {
        segments.iter().for_each(|segment| tap.segment(&segment.bytes));
    }
    recording.finish().unwrap().events
}
