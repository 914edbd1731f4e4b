//! What becomes of segments on their way into the trace: histograms, and bytes in frames.

use std::hint::black_box;
use std::io::{self, Sink};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use formats::trace::{EventCounter, Packer, TraceWriter};

use crate::sample::Sample;

pub(crate) fn bench(criterion: &mut Criterion, samples: &[Sample]) {
    let mut group = criterion.benchmark_group("codec");
    for sample in samples {
        group.throughput(Throughput::Bytes(sample.ring_bytes()));
        let mut counter = EventCounter::new(sample.header().plan.layout());
        group.bench_function(BenchmarkId::new("count", sample.name), |bencher| {
            bencher.iter(|| count(&mut counter, sample));
        });
        let writer = || TraceWriter::create(io::sink(), sample.header()).unwrap();
        let mut packer = Packer::new(sample.header().plan.layout());
        group.bench_function(BenchmarkId::new("write", sample.name), |bencher| {
            let write = |writer| write(writer, &mut packer, sample);
            bencher.iter_batched(writer, write, BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn count(counter: &mut EventCounter, sample: &Sample) {
    for segment in &sample.segments {
        counter.count(&segment.words).unwrap();
        black_box(counter.take());
    }
}

/// Gives the writer back, so that closing it takes none of the time.
fn write(mut writer: TraceWriter<Sink>, packer: &mut Packer, sample: &Sample) -> TraceWriter<Sink> {
    for segment in &sample.segments {
        packer.take_in(&segment.ring).unwrap();
        writer.write_packed_segment(&segment.info, None, packer).unwrap();
    }
    writer
}
