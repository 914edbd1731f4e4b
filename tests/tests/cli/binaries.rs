//! Finds the binaries and runs them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// What a run of one of the binaries gave.
pub(crate) struct Run {
    /// Exit status.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Run {
    /// From what a child left behind.
    pub(crate) fn new(output: Output) -> Run {
        Run {
            code: output.status.code().expect("no signal ended the binary"),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Asserts the exit status, showing what was printed when it is another.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Run {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that standard error contains `text`.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Run {
        assert!(self.stderr.contains(text), "no {text:?} in stderr:\n{}", self.stderr);
        self
    }

    /// Asserts that the complaint is one line that contains all of `texts`, and that nothing was
    /// printed beside it.
    #[track_caller]
    pub(crate) fn complains_in_one_line(self, texts: &[&str]) -> Run {
        let lines: Vec<&str> = self.stderr.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 1, "more or less than one line:\n{}", self.stderr);
        for text in texts {
            assert!(lines[0].contains(text), "no {text:?} in {:?}", lines[0]);
        }
        assert!(!lines[0].contains("panicked"), "{}", lines[0]);
        assert_eq!(self.stdout, "", "it printed something as well");
        self
    }

    /// Asserts what was printed.
    #[track_caller]
    pub(crate) fn prints(self, stdout: &str) -> Run {
        assert_eq!(self.stdout, stdout, "stderr:\n{}", self.stderr);
        self
    }
}

/// The folder that the binaries are in: `WF_BINARIES` if that is set, to test binaries that were built
/// before, and else the one that Cargo puts this profile's binaries in.
///
/// Cargo gives a test the paths of its own package's binaries only, and builds those of other
/// packages only when it is asked to: so the tests ask, once. The flags are those of
/// `cargo test --workspace`, so that everything but the binaries themselves is there already.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        if let Some(folder) = std::env::var_os("WF_BINARIES") {
            return folder.into();
        }
        let test = std::env::current_exe().expect("a test has an executable");
        let profile_folder = test.ancestors().nth(2).expect("it lies in PROFILE/deps").to_owned();
        let target = profile_folder.parent().expect("PROFILE lies in the target folder");
        let profile = match profile_folder.file_name().and_then(OsStr::to_str) {
            Some("debug") => "dev",
            Some(name) => name,
            None => panic!("{} has no readable name", profile_folder.display()),
        };
        let build = Command::new(env!("CARGO"))
            .args(["build", "--workspace", "--tests", "--profile", profile])
            .args(["--bin", "wf-record", "--bin", "wf-analyze", "--bin", "wf-slice"])
            .args([OsStr::new("--target-dir"), target.as_os_str()])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo starts");
        let complaint = String::from_utf8_lossy(&build.stderr);
        assert!(build.status.success(), "the binaries do not build:\n{complaint}");
        profile_folder
    })
}

/// A command line of `wf-record`, to be run in `folder`.
pub(crate) fn wf_record(folder: &Path) -> Command {
    command("wf-record", folder)
}

/// A command line of `wf-analyze`, to be run in `folder`.
pub(crate) fn wf_analyze(folder: &Path) -> Command {
    command("wf-analyze", folder)
}

/// A command line of `wf-slice`, to be run in `folder`.
pub(crate) fn wf_slice(folder: &Path) -> Command {
    command("wf-slice", folder)
}

/// A shell in `folder` that finds the binaries by their names.
pub(crate) fn shell(run_in: &Path) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder().to_owned()).chain(std::env::split_paths(&path));
    let mut shell = at("bash".into(), run_in);
    shell
        .env("PATH", std::env::join_paths(folders).expect("no folder has a separator in its name"));
    shell
}

fn command(binary: &str, run_in: &Path) -> Command {
    at(folder().join(format!("{binary}{}", std::env::consts::EXE_SUFFIX)), run_in)
}

fn at(path: PathBuf, run_in: &Path) -> Command {
    let mut command = Command::new(path);
    // Without `CARGO`, the binaries speak as installed ones do.
    command.current_dir(run_in).stdin(Stdio::null()).env_remove("CARGO").env_remove("NO_COLOR");
    command
}

/// Runs a command line to its end.
pub(crate) trait Runs {
    /// Adds arguments and runs.
    fn run<I: AsRef<OsStr>>(&mut self, arguments: impl IntoIterator<Item = I>) -> Run;
}

impl Runs for Command {
    fn run<I: AsRef<OsStr>>(&mut self, arguments: impl IntoIterator<Item = I>) -> Run {
        Run::new(self.args(arguments).output().expect("the binary starts"))
    }
}
