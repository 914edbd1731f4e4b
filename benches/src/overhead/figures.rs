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
        let geomean = summary(geometric_mean);
        let worst = summary(largest);
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

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// Figures of two programs that are easily told apart.
    pub(in super::super) fn overhead() -> Overhead {
        let seconds = |min| Seconds { min, median: min * 1.5 };
        let figures = |name: &str, scale: f64, peak_bytes| {
            let ratios = PerWay { plain: 1.0, fuel: 1.25, epoch: 1.1, recording: 1.05 * scale };
            let figures = Figures {
                name: name.to_owned(),
                runs: 5,
                ratios,
                min_ratios: ratios,
                seconds: PerWay::of(|way| seconds(0.001 * scale * ratios.get(way))),
                operators: 2_000_000,
                events: 1000,
                raw_bytes: 4000,
                stored_bytes: 3000,
                header_bytes: 1000,
                instrument_seconds: 0.015_625,
                compile_seconds: 0.0625 * scale,
                module_bytes: 10_000,
                instrumented_bytes: 15_000,
                peak_bytes,
                close_seconds: 0.000_5,
                stalled_seconds: 0.000_25,
                derived: Derived::default(),
            };
            figures.derive()
        };
        let peaks = Peaks { plain: 40 << 20, recording: 45 << 20 };
        Overhead::new(vec![figures("first", 1.0, Some(peaks)), figures("folder/second", 4.0, None)])
    }

    #[test]
    fn derived_figures_follow_from_the_others() {
        let overhead = overhead();
        let [first, second] = &overhead.programs[..] else { panic!("there are two") };
        assert_eq!(first.derived.bytes_per_million_operators, 1500.0);
        assert_eq!(first.derived.event_bytes_per_million_operators, 1000.0);
        assert_eq!(first.derived.instrument_to_compile, 0.25);
        assert_eq!(first.derived.code_growth, 1.5);
        assert_eq!(first.derived.memory_over_plain_bytes, Some(5 << 20));
        assert_eq!(second.derived.memory_over_plain_bytes, None);
        assert!((overhead.geomean.ratios.recording - 2.1).abs() < 1e-12);
        assert_eq!(overhead.worst.ratios.recording, 4.2);
        assert_eq!(overhead.worst.instrument_to_compile, 0.25);
    }

    #[test]
    fn json_has_the_ratios_by_the_names_of_the_ways() {
        let json = serde_json::to_value(overhead()).unwrap();
        assert_eq!(json["schema"], "wf-bench-overhead/1");
        let first = json["programs"][0].as_object().unwrap();
        let ratio = |way: &str| first[way].as_f64().unwrap();
        assert_eq!(["plain", "fuel", "epoch", "recording"].map(ratio), [1.0, 1.25, 1.1, 1.05]);
        assert_eq!(first["seconds"]["plain"], json!({ "min": 0.001, "median": 0.0015 }));
        assert_eq!(first["peak_bytes"], json!({ "plain": 40 << 20, "recording": 45 << 20 }));
        assert_eq!(json["programs"][1]["peak_bytes"], json!(null));
        assert_eq!(json["geomean"]["plain"], 1.0);
        assert_eq!(json["worst"]["recording"], 4.2);
    }
}
