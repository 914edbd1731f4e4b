//! Reading a trace back: opening it, its segments, and the events in them.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use formats::events::Events;

use crate::sample::Sample;

pub(crate) fn bench(criterion: &mut Criterion, sample: &Sample) {
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Elements(sample.events));
    group.bench_function("segments", |bencher| {
        bencher.iter(|| {
            for index in 0..sample.segments.len() {
                black_box(sample.trace.read_segment(index).unwrap());
            }
        });
    });
    let layout = sample.header().plan.layout();
    group.bench_function("events", |bencher| {
        bencher.iter(|| {
            let segments = sample.segments.iter();
            segments
                .map(|segment| Events::new(&segment.words, layout).flatten().count())
                .sum::<usize>()
        });
    });
    group.finish();
}
