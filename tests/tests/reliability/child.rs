//! A binary that runs beside the test.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take that is not measured: a hang fails the test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A binary that runs; it ends at the latest when the test does.
pub(crate) struct Running {
    child: Child,
}

/// What a binary left behind.
pub(crate) struct Left {
    pub(crate) status: ExitStatus,
    pub(crate) stderr: String,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Running {
        Running { child: command.spawn().expect("the binary starts") }
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power failure would: it can do nothing about it.
    pub(crate) fn kill(mut self) -> ExitStatus {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours")
    }

    pub(crate) fn signal(&self, name: &str) {
        let kill = Command::new("bash")
            .args(["-c", "kill -s \"$0\" \"$1\"", name, &self.id().to_string()])
            .status()
            .expect("bash starts");
        assert!(kill.success(), "no {name} for process {}", self.id());
    }

    #[track_caller]
    pub(crate) fn wait(mut self) -> Left {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                break status;
            }
            assert!(started.elapsed() < PATIENCE, "the binary hangs");
            thread::sleep(Duration::from_millis(2));
        };
        let mut stderr = String::new();
        if let Some(mut pipe) = self.child.stderr.take() {
            std::io::Read::read_to_string(&mut pipe, &mut stderr).expect("it is text");
        }
        Left { status, stderr }
    }

    /// Kilobytes of memory that it had at most so far.
    pub(crate) fn peak_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Left {
    #[track_caller]
    pub(crate) fn exited(self, code: i32) -> Left {
        assert_eq!(self.status.code(), Some(code), "{:?}: {}", self.status, self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn died_of(self, signal: i32) -> Left {
        assert_eq!(self.status.signal(), Some(signal), "{:?}: {}", self.status, self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn said(self, text: &str) -> Left {
        assert!(self.stderr.contains(text), "no {text:?} in:\n{}", self.stderr);
        self
    }
}

/// Standard error is read, the rest is of no interest.
pub(crate) fn quietly(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped())
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "still waiting until {what}");
        thread::sleep(Duration::from_millis(2));
    }
}
