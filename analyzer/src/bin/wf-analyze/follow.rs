//! `wf-analyze --follow`: a live line while the trace grows.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use analyzer::Progress;
use analyzer::render::{bytes, counted, grouped};
use anyhow::{Result, bail};
use formats::cost_model::CostModel;
use formats::trace::{Trace, TraceError};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::{Color, ReportArgs};
use crate::{output, traces};

/// How long to wait for a recording that hasn't begun to write.
const START: Duration = Duration::from_secs(10);

/// How long to wait between two looks at the trace.
const TICK: Duration = Duration::from_millis(100);

/// How long a trace that nobody is known to write may stay as it is before it counts as abandoned.
const PATIENCE: Duration = Duration::from_secs(2);

/// Waits for the end of the recording, and gives the trace as it is then.
pub(crate) fn until_the_end(
    path: &Path,
    model: &CostModel,
    args: &ReportArgs,
    color: Color,
) -> Result<Trace> {
    if path == Path::new("-") {
        bail!("standard input can't be followed: give the path of a trace");
    }
    let line = live_line(args.quiet);
    let (mut trace, file) = open(path, &line)?;
    let mut last = Change { bytes: 0, at: Instant::now() };
    let mut seemed_abandoned = false;
    let followed = analyzer::follow(&mut trace, model, args.pricing.jobs, |progress| {
        line.set_message(words(progress));
        let seems_abandoned = last.is_long_ago(progress) && !is_being_written(&file);
        // The writer may have closed it since the trace was looked at: so it is looked at once more.
        if !progress.is_open || (seems_abandoned && seemed_abandoned) {
            return false;
        }
        seemed_abandoned = seems_abandoned;
        thread::sleep(TICK);
        true
    });
    line.finish_and_clear();
    if let Err(error) = followed
        && !args.quiet
    {
        // The report says so too, or can do without what the live line could not.
        output::complain("warning", &format!("while following: {error}"), color);
    }
    Ok(trace)
}

/// When the trace last had another length.
struct Change {
    bytes: u64,
    at: Instant,
}

impl Change {
    fn is_long_ago(&mut self, progress: &Progress) -> bool {
        if progress.bytes != self.bytes {
            *self = Change { bytes: progress.bytes, at: Instant::now() };
        }
        self.at.elapsed() >= PATIENCE
    }
}

fn live_line(quiet: bool) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let line = ProgressBar::with_draw_target(None, target);
    line.set_style(ProgressStyle::with_template("{spinner} {msg}").expect("a valid template"));
    line.enable_steady_tick(TICK);
    line
}

fn words(progress: &Progress) -> String {
    format!(
        "{} fuel so far: {}, {:.1} s, {}",
        grouped(progress.fuel),
        counted(u128::from(progress.events), "event"),
        progress.nanoseconds as f64 / 1e9,
        bytes(progress.bytes)
    )
}

/// Opens the trace, as soon as there is one whose header is whole; gives the file as well, to look at
/// its lock.
fn open(path: &Path, line: &ProgressBar) -> Result<(Trace, File)> {
    let started = Instant::now();
    line.set_message(format!("waiting for {}", path.display()));
    loop {
        let found = open_file(path);
        let error = match found.and_then(|file| Ok((trace_in(&file)?, file))) {
            Ok(opened) => return Ok(opened),
            Err(error) => error,
        };
        let may_come = match &error {
            TraceError::Io { source, .. } => source.kind() == io::ErrorKind::NotFound,
            TraceError::Truncated { .. } => true,
            _ => false,
        };
        let is_being_written = || open_file(path).is_ok_and(|file| is_being_written(&file));
        if !may_come || (started.elapsed() >= START && !is_being_written()) {
            line.finish_and_clear();
            return Err(traces::explain(path, &analyzer::Error::Read(error)));
        }
        thread::sleep(TICK);
    }
}

fn open_file(path: &Path) -> Result<File, TraceError> {
    File::open(path).map_err(|source| TraceError::Io { offset: 0, source })
}

fn trace_in(file: &File) -> Result<Trace, TraceError> {
    Trace::from_file(file.try_clone().map_err(|source| TraceError::Io { offset: 0, source })?)
}

/// Whether a recorder holds the lock that it takes on the trace that it writes.
fn is_being_written(file: &File) -> bool {
    match file.try_lock_shared() {
        Ok(()) => {
            // Whoever wants it for writing can have it.
            let _ = file.unlock();
            false
        }
        Err(error) => matches!(error, TryLockError::WouldBlock),
    }
}
