//! Pricing a trace that has counts alone: making the slices, and replaying each distinct event once
//! under wasmi, on one thread.

use std::hint::black_box;

use analyzer::{AnalyzeOptions, analyze};
use criterion::{Criterion, Throughput};
use formats::cost_model::CostModel;
use formats::trace::Detail;

use crate::sample::{REGULAR, record};

pub(crate) fn bench(criterion: &mut Criterion) {
    let trace = record(REGULAR, Detail::Counts);
    let model = CostModel::builtin("wasmtime").unwrap();
    let options = AnalyzeOptions { jobs: Some(1), ..AnalyzeOptions::default() };
    let distinct = analyze(&trace, &model, &options).unwrap().stats.distinct_events;

    let mut group = criterion.benchmark_group("replay");
    group.throughput(Throughput::Elements(distinct as u64));
    group.sample_size(20);
    group.bench_function("distinct events", |bencher| {
        bencher.iter(|| black_box(analyze(&trace, &model, &options).unwrap()));
    });
    group.finish();
}
