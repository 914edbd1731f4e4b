//! Reading a trace back: its segments, and the events in them.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use formats::events::Events;

use crate::sample::Sample;

pub(crate) fn bench(criterion: &mut Criterion, samples: &[Sample]) {
    let mut group = criterion.benchmark_group("decode");
    for sample in samples {
        group.throughput(Throughput::Elements(sample.trace.events()));
        group.bench_function(BenchmarkId::new("segments", sample.name), |bencher| {
            bencher.iter(|| read_segments(sample));
        });
        group.bench_function(BenchmarkId::new("events", sample.name), |bencher| {
            bencher.iter(|| black_box(walk_events(sample)));
        });
    }
    group.finish();
}

fn read_segments(sample: &Sample) {
    for index in 0..sample.segments.len() {
        black_box(sample.trace.read_segment(index).unwrap());
    }
}

fn walk_events(sample: &Sample) -> usize {
    let layout = sample.header().plan.layout();
    let events = sample.segments.iter().map(|segment| Events::new(&segment.words, layout));
    events.map(|events| events.flatten().count()).sum()
}
