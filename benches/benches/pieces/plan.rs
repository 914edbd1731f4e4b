//! What is done to a module before it runs: plan building, and the rewriting with it.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use recorder::{DEFAULT_RING_BYTES, Instrumented, Slices};
use slicer::module::Module;

use crate::sample::REGULAR;

pub(crate) fn bench(criterion: &mut Criterion) {
    let module = Module::parse(REGULAR).unwrap();

    let mut group = criterion.benchmark_group("plan");
    group.throughput(Throughput::Bytes(REGULAR.len() as u64));
    group.sample_size(20);
    group.bench_function("build", |bencher| {
        bencher.iter(|| black_box(slicer::plan::plan(&module, Slices::Chosen).unwrap()));
    });
    group.bench_function("instrument", |bencher| {
        bencher.iter(|| {
            Instrumented::new(REGULAR.to_vec(), Slices::Chosen, DEFAULT_RING_BYTES).unwrap()
        });
    });
    group.finish();
}
