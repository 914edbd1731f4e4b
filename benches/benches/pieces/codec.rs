//! What becomes of a segment on its way into the trace: its histogram, and its bytes in a frame.

use std::hint::black_box;
use std::io::{self, Sink};

use criterion::{BatchSize, Criterion, Throughput};
use formats::trace::{EventCounter, TraceWriter};

use crate::sample::Sample;

pub(crate) fn bench(criterion: &mut Criterion, sample: &Sample) {
    let mut group = criterion.benchmark_group("codec");
    group.throughput(Throughput::Bytes(sample.ring_bytes()));
    let mut counter = EventCounter::new(sample.header().plan.layout());
    group.bench_function("count", |bencher| {
        bencher.iter(|| {
            for segment in &sample.segments {
                counter.count(&segment.words).unwrap();
                black_box(counter.take());
            }
        });
    });
    let writer = || TraceWriter::create(io::sink(), sample.header()).unwrap();
    let write = |mut writer: TraceWriter<Sink>| {
        for segment in &sample.segments {
            writer.write_segment(&segment.info, &segment.bytes).unwrap();
        }
        writer
    };
    group.bench_function("write", |bencher| {
        bencher.iter_batched(writer, write, BatchSize::PerIteration);
    });
    group.finish();
}
