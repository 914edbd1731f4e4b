//! The figures, as they stand in JSON.

use serde::Serialize;

use crate::statistics::{geometric_mean, largest};
use crate::ways::Way;

/// Figures of all programs, schema `wf-bench-overhead/1`.
#[derive(Serialize)]
pub(super) struct Overhead {
    schema: &'static str,
    engine: &'static str,
    pub(super) programs: Vec<Figures>,
    /// Geometric means over the programs.
    pub(super) geomean: Summary,
    /// The largest figure of any program, each by itself.
    pub(super) worst: Summary,
}

/// A figure of each way to run a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct PerWay<T> {
    pub(super) plain: T,
    pub(super) fuel: T,
    pub(super) epoch: T,
    pub(super) recording: T,
}

/// Figures of one program. All but `seconds` and `ratios` are of one run.
#[derive(Clone, Serialize)]
pub(super) struct Figures {
    pub(super) name: String,
    /// Turns, without the one to warm up.
    pub(super) runs: usize,
    /// Median of each turn's ratio to its plain run.
    #[serde(flatten)]
    pub(super) ratios: PerWay<f64>,
    /// Ratio of the shortest run to the shortest plain one.
    pub(super) min_ratios: PerWay<f64>,
    pub(super) seconds: PerWay<Seconds>,
    /// Executed operators: those that Wasmtime prices, and entries of functions.
    pub(super) operators: u64,
    pub(super) events: u64,
    /// Bytes of the events in the ring.
    pub(super) raw_bytes: u64,
    /// Bytes of the whole trace.
    pub(super) stored_bytes: u64,
    /// Of which module and plan.
    pub(super) header_bytes: u64,
    pub(super) instrument_seconds: f64,
    /// Wasmtime's time for the original module.
    pub(super) compile_seconds: f64,
    /// Bytes of the original module.
    pub(super) module_bytes: u64,
    pub(super) instrumented_bytes: u64,
    /// Peaks of processes that compile and run the program; `null` where the system doesn't tell.
    pub(super) peak_bytes: Option<Peaks>,
    /// Time from the guest's end until the trace was closed: median.
    pub(super) close_seconds: f64,
    /// Time that the guest waited for the writer: median.
    pub(super) stalled_seconds: f64,
    /// What follows from the others.
    #[serde(flatten)]
    pub(super) derived: Derived,
}

/// Times of one way to run a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Seconds {
    pub(super) min: f64,
    pub(super) median: f64,
}

/// Memory of a process that runs the program.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Peaks {
    pub(super) plain: u64,
    pub(super) recording: u64,
}

/// What follows from other figures, and is set against goals.
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Derived {
    /// Of the whole trace.
    pub(super) bytes_per_million_operators: f64,
    /// Without module and plan.
    pub(super) event_bytes_per_million_operators: f64,
    pub(super) instrument_to_compile: f64,
    pub(super) code_growth: f64,
    /// Peak of the recording process less that of the plain one.
    pub(super) memory_over_plain_bytes: Option<i64>,
}

/// Figures of all programs together.
#[derive(Serialize)]
pub(super) struct Summary {
    #[serde(flatten)]
    pub(super) ratios: PerWay<f64>,
    pub(super) min_ratios: PerWay<f64>,
    pub(super) bytes_per_million_operators: f64,
    pub(super) event_bytes_per_million_operators: f64,
    pub(super) instrument_to_compile: f64,
    pub(super) code_growth: f64,
}

impl Overhead {
    /// Sums up at least one program.
    pub(super) fn new(programs: Vec<Figures>) -> Overhead {
        let summary = |sum_up: fn(Vec<f64>) -> f64| {
            let over =
                |figure: &dyn Fn(&Figures) -> f64| sum_up(programs.iter().map(figure).collect());
            Summary {
                ratios: PerWay::of(|way| over(&|program| *program.ratios.get(way))),
                min_ratios: PerWay::of(|way| over(&|program| *program.min_ratios.get(way))),
                bytes_per_million_operators: over(&|program| {
                    program.derived.bytes_per_million_operators
                }),
                event_bytes_per_million_operators: over(&|program| {
                    program.derived.event_bytes_per_million_operators
                }),
                instrument_to_compile: over(&|program| program.derived.instrument_to_compile),
                code_growth: over(&|program| program.derived.code_growth),
            }
        };
        let geomean = summary(|values| geometric_mean(values));
        let worst = summary(|values| largest(values));
        let engine = recorder::engine::ENGINE;
        Overhead { schema: "wf-bench-overhead/1", engine, programs, geomean, worst }
    }
}

impl<T> PerWay<T> {
    /// The figure of each way.
    pub(super) fn of(figure: impl Fn(Way) -> T) -> PerWay<T> {
        PerWay {
            plain: figure(Way::Plain),
            fuel: figure(Way::Fuel),
            epoch: figure(Way::Epoch),
            recording: figure(Way::Recording),
        }
    }

    /// The figure of one way.
    pub(super) fn get(&self, way: Way) -> &T {
        match way {
            Way::Plain => &self.plain,
            Way::Fuel => &self.fuel,
            Way::Epoch => &self.epoch,
            Way::Recording => &self.recording,
        }
    }
}

impl Figures {
    /// These figures with those that follow from them.
    pub(super) fn derive(mut self) -> Figures {
        let millions = self.operators.max(1) as f64 / 1e6;
        let event_bytes = self.stored_bytes.saturating_sub(self.header_bytes);
        let growth = self.instrumented_bytes as f64 / self.module_bytes as f64;
        self.derived = Derived {
            bytes_per_million_operators: self.stored_bytes as f64 / millions,
            event_bytes_per_million_operators: event_bytes as f64 / millions,
            instrument_to_compile: self.instrument_seconds / self.compile_seconds,
            code_growth: growth,
            memory_over_plain_bytes: self
                .peak_bytes
                .map(|peaks| peaks.recording as i64 - peaks.plain as i64),
        };
        self
    }
}
