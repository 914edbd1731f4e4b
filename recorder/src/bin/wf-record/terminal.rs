//! Every word that goes to standard error.
//!
//! Lines start with the tool's name, because the program writes to the same place. A closed
//! standard error is no reason to fail.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use formats::trace::OutcomeKind;
use recorder::drain::DrainReport;
use recorder::outcome::Crash;
use recorder::{Instrumented, Receipt};

use crate::args::{Args, ColorChoice};
use crate::next::{self, Allows};
use crate::output::Output;

const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";

/// Standard error, as it was asked to be used.
#[derive(Clone)]
pub(crate) struct Terminal {
    color: bool,
    quiet: bool,
    verbose: bool,
}

impl Terminal {
    pub(crate) fn new(args: &Args) -> Terminal {
        let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let color = match args.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => !no_color && io::stderr().is_terminal(),
        };
        Terminal { color, quiet: args.quiet, verbose: args.verbose }
    }

    /// Says something, unless nothing is to be said.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            self.line(text);
        }
    }

    pub(crate) fn error(&self, text: &str) {
        self.line(&format!("{} {text}", self.colored(RED, "error:")));
    }

    pub(crate) fn warning(&self, text: &str) {
        self.line(&format!("{} {text}", self.colored(YELLOW, "warning:")));
    }

    fn detail(&self, text: &str) {
        if self.verbose {
            self.line(text);
        }
    }

    /// What is about to run.
    pub(crate) fn prepared(&self, instrumented: &Instrumented, took: Duration) {
        let plan = &instrumented.plan;
        let regions: usize = plan.functions.iter().map(|function| function.regions.len()).sum();
        self.detail(&format!(
            "prepared in {}: {} functions, {} regions, {} kinds of events; module {}, \
             instrumented {}, ring {}",
            seconds(took),
            grouped(plan.functions.len() as u64),
            grouped(regions as u64),
            grouped(plan.events().into()),
            size(instrumented.original.len() as u64),
            size(instrumented.wasm.len() as u64),
            size(instrumented.ring_bytes.into()),
        ));
    }

    /// What ended the program `name`, in the form that Wasmtime's command line gives it.
    pub(crate) fn crash(&self, name: &str, crash: &Crash) {
        let mut text = format!("the program `{name}` failed\n\nCaused by:\n");
        if !crash.frames.is_empty() {
            text.push_str("    0: error while executing at wasm backtrace:\n");
            for (number, frame) in crash.frames.iter().enumerate() {
                text.push_str(&format!("       {number:>4}: {frame}\n"));
            }
        }
        let number = usize::from(!crash.frames.is_empty());
        self.error(&format!("{text}    {number}: {}\n", crash.cause));
    }

    /// What was recorded, and what to do with it.
    pub(crate) fn receipt(&self, receipt: &Receipt, output: &Output) {
        let (report, outcome) = (receipt.report(), &receipt.outcome);
        if let (OutcomeKind::Unknown, Some(message)) = (outcome.kind, &outcome.message) {
            self.warning(&format!("{message}: the trace holds what the program did until then"));
        }
        self.warn_of_losses(report);
        self.say(&format!(
            "{}, {} events ({} dropped){}, {}: {}",
            seconds(receipt.guest_time),
            grouped(report.events),
            grouped(report.dropped.events),
            kept(report),
            size(report.trace_bytes),
            output.name(),
        ));
        self.detail(&format!(
            "{} segments, {} of events; the program waited {} for the trace to be written",
            grouped(report.segments),
            size(report.ring_bytes),
            seconds(report.stalled),
        ));
        if let Output::File(path) = output {
            self.next(path, &allows(receipt));
        }
    }

    /// A program that was interrupted and left alone: it did not come to a flush.
    pub(crate) fn abandoned(&self, receipt: &Receipt, output: &Output) {
        let reason = receipt.outcome.message.as_deref().unwrap_or("interrupted");
        let became = match &receipt.drain {
            Ok(_) => "its trace is closed without what it did since its last flush".to_owned(),
            Err(failure) => format!("its trace ends early: {failure}"),
        };
        self.warning(&format!("{reason}: the program did not end, and {became}"));
        if let Output::File(path) = output {
            self.next(path, &Allows::Part);
        }
    }

    fn next(&self, path: &Path, allows: &Allows) {
        self.say(&format!("next: {}", self.colored(BOLD, &next::command(path, allows))));
    }

    fn warn_of_losses(&self, report: &DrainReport) {
        if report.dropped.is_none() {
            return;
        }
        let reason = if report.limit_reached {
            "the trace reached --max-trace-size"
        } else {
            "the trace could not be written fast enough"
        };
        self.warning(&format!(
            "{} events ({}) are missing because {reason}: this trace gives no exact total",
            grouped(report.dropped.events),
            size(report.dropped.bytes),
        ));
    }

    fn line(&self, text: &str) {
        let _ = writeln!(io::stderr(), "wf-record: {text}");
    }

    fn colored(&self, color: &str, text: &str) -> String {
        if self.color { format!("{color}{text}{RESET}") } else { text.to_owned() }
    }
}

fn allows(receipt: &Receipt) -> Allows {
    let report = receipt.report();
    match receipt.outcome.kind {
        _ if report.unkept_segments > 0 => Allows::Estimate,
        OutcomeKind::Unknown => Allows::Part,
        _ if report.dropped.is_none() => Allows::Exact,
        _ => Allows::Part,
    }
}

/// How many of the segments are kept, if not all.
fn kept(report: &DrainReport) -> String {
    let kept = report.segments - report.unkept_segments;
    match report.unkept_segments {
        0 => String::new(),
        _ => format!(", {} of {} segments kept", grouped(kept), grouped(report.segments)),
    }
}

/// A number with its thousands set apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes in the unit that suits it.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut amount = bytes as f64 / 1024.0;
    let mut unit = 0;
    while amount >= 1024.0 && unit + 1 < UNITS.len() {
        amount /= 1024.0;
        unit += 1;
    }
    format!("{amount:.1} {}", UNITS[unit])
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
        assert_eq!(grouped(12_345_678), "12,345,678");
    }

    #[test]
    fn sizes_have_the_unit_that_suits_them() {
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(5 << 20), "5.0 MiB");
    }
}
