//! A bar on a terminal, for an analysis that takes more than a second.

use std::io::{self, IsTerminal};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use analyzer::Meter;
use indicatif::{ProgressBar, ProgressStyle};

/// After this time the bar appears.
const PATIENCE: Duration = Duration::from_secs(1);

/// The bar moves so often.
const TICK: Duration = Duration::from_millis(100);

/// Does `work`, and shows how far it is on standard error, if that is a terminal and `quiet` is not
/// wanted. Nothing is left of the bar when the work is done.
pub(crate) fn with_bar<T>(quiet: bool, work: impl FnOnce(&Meter) -> T) -> T {
    let meter = Meter::default();
    if quiet || !io::stderr().is_terminal() {
        return work(&meter);
    }
    thread::scope(|scope| {
        let (done, is_done) = mpsc::channel::<()>();
        let meter = &meter;
        scope.spawn(move || {
            if is_done.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} segments, {eta} left");
            let bar = ProgressBar::new(0).with_style(style.expect("a valid template"));
            while is_done.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let (segments, whole) = meter.progress();
                bar.set_length(whole);
                bar.set_position(segments);
            }
            bar.finish_and_clear();
        });
        let result = work(meter);
        drop(done);
        result
    })
}
