//! How fast the pieces are that every event of a recording passes through:
//! `cargo bench -p benches`, or with a name such as `drain` behind it.
//!
//! Whole programs are measured by `cargo run --release -p benches -- overhead`.

mod codec;
mod decode;
mod drain;
mod handover;
mod plan;
mod push;
mod replay;
mod sample;

use criterion::{Criterion, criterion_group, criterion_main};
use sample::Sample;

fn pieces(criterion: &mut Criterion) {
    plan::bench(criterion);
    push::bench(criterion);
    handover::bench(criterion);
    let samples = Sample::all();
    drain::bench(criterion, &samples);
    codec::bench(criterion, &samples);
    decode::bench(criterion, &samples);
    replay::bench(criterion);
}

criterion_group!(benches, pieces);
criterion_main!(benches);
