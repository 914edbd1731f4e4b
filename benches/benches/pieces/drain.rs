//! From full rings to a closed trace that goes nowhere: copying, handing over, counting,
//! compressing, and the threads that do it.

use std::hint::black_box;
use std::io;

use criterion::{Criterion, Throughput};
use recorder::{DrainOptions, Recording};

use crate::sample::Sample;

/// How often a sample's segments pass in one recording, so that starting it doesn't matter.
const ROUNDS: u64 = 8;

pub(crate) fn bench(criterion: &mut Criterion, samples: &[Sample]) {
    let mut group = criterion.benchmark_group("drain");
    group.sample_size(20);
    for sample in samples {
        group.throughput(Throughput::Bytes(ROUNDS * sample.ring_bytes()));
        group.bench_function(sample.name, |bencher| bencher.iter(|| black_box(drain(sample))));
    }
    group.finish();
}

/// Gives the number of events in the trace.
fn drain(sample: &Sample) -> u64 {
    let options = DrainOptions::default();
    let recording = Recording::start(io::sink(), sample.header(), options).unwrap();
    let mut tap = recording.tap();
    for _ in 0..ROUNDS {
        sample.segments.iter().for_each(|segment| tap.segment(&segment.ring));
    }
    recording.finish().unwrap().events
}
