//! Copying a full ring into a buffer that another thread has read before: by plain and by streaming stores, and by how
//! many buffers go round. What the recorder does follows from this (`recorder::drain::streaming`,
//! `recorder::limits::ROUND_BYTES`).
//!
//! A model of ring, pool and writer, as the recorder itself copies in but one way. A time is that of the copies
//! alone. With plain stores it depends on which two cores the threads run on: some share a cache, some don't.

use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use recorder::drain::streaming;

/// Bytes of the ring and of each buffer.
const RING_BYTES: usize = recorder::DEFAULT_RING_BYTES as usize;

/// The ids that the ring's words name.
const IDS: u32 = 1 << 12;

/// Replaces what is in a buffer.
type Fill = fn(&mut Vec<u8>, &[u8]);

fn fill_plainly(buffer: &mut Vec<u8>, bytes: &[u8]) {
    buffer.clear();
    buffer.extend_from_slice(bytes);
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("handover");
    group.throughput(Throughput::Bytes(RING_BYTES as u64));
    // Both ways in turn, so that they meet the same pairs of cores.
    for buffers in [2, 3, 4, 6, 8, 16] {
        for (name, fill) in [("plain", fill_plainly as Fill), ("streaming", streaming::fill)] {
            group.bench_function(BenchmarkId::new(name, buffers), |bencher| {
                let mut handover = Handover::start(buffers, fill);
                bencher.iter_custom(|segments| (0..segments).map(|_| handover.segment()).sum());
                handover.end();
            });
        }
    }
    group.finish();
}

/// The guest's side.
struct Handover {
    ring: Vec<u8>,
    /// What the ring is filled with next.
    state: u32,
    free: Arc<Mutex<VecDeque<Vec<u8>>>>,
    fill: Fill,
    full: Sender<Vec<u8>>,
    writer: JoinHandle<()>,
}

impl Handover {
    fn start(buffers: usize, fill: Fill) -> Handover {
        let buffers = (0..buffers).map(|_| vec![0; RING_BYTES]).collect();
        let free: Arc<Mutex<VecDeque<Vec<u8>>>> = Arc::new(Mutex::new(buffers));
        let (full, segments) = channel::<Vec<u8>>();
        let back = free.clone();
        let writer = thread::spawn(move || {
            let table: Vec<u8> = (0..IDS).map(|id| id as u8).collect();
            let mut codes = vec![0; RING_BYTES / 4];
            for segment in segments {
                let (words, _) = segment.as_chunks();
                for (code, &word) in codes.iter_mut().zip(words) {
                    *code = table[(u32::from_le_bytes(word) % IDS) as usize];
                }
                black_box(&codes);
                back.lock().expect("nobody panics").push_back(segment);
            }
        });
        Handover { ring: vec![0; RING_BYTES], state: 1, free, fill, full, writer }
    }

    /// Fills the ring, hands it over, and tells how long the copy took.
    fn segment(&mut self) -> Duration {
        for word in self.ring.as_chunks_mut::<4>().0 {
            self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *word = black_box(self.state >> 20).to_le_bytes();
        }
        let mut buffer = self.buffer();
        let start = Instant::now();
        (self.fill)(&mut buffer, &self.ring);
        let time = start.elapsed();
        self.full.send(buffer).expect("the writer takes all");
        time
    }

    fn buffer(&self) -> Vec<u8> {
        loop {
            if let Some(buffer) = self.free.lock().expect("nobody panics").pop_front() {
                return buffer;
            }
            thread::yield_now();
        }
    }

    fn end(self) {
        drop(self.full);
        self.writer.join().expect("it doesn't panic");
    }
}
