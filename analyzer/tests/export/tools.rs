//! The tools that the formats belong to, where they are installed.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;

/// A file of its own for one test, removed afterwards.
pub(crate) struct TestFile(pub(crate) PathBuf);

impl TestFile {
    pub(crate) fn new(name: &str, bytes: &[u8]) -> TestFile {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let path = folder.join(format!("export-{}-{name}", std::process::id()));
        fs::write(&path, bytes).expect("a file");
        TestFile(path)
    }
}

impl Drop for TestFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl AsRef<OsStr> for TestFile {
    fn as_ref(&self) -> &OsStr {
        self.0.as_os_str()
    }
}

/// Says something on standard error, also in a test that passes.
pub(crate) fn say(words: &str) {
    let _ = writeln!(io::stderr(), "{words}");
}

/// What the tool `name` prints when started with `arguments`, if it is installed and
/// succeeds with the arguments `probe`, if there are any: `None`, with a word on standard error, if it isn't.
///
/// # Panics
///
/// When the tool fails.
pub(crate) fn output_of(name: &str, probe: &[&str], arguments: &[&OsStr]) -> Option<String> {
    let probed = Command::new(name).args(probe).output();
    let is_there = probed.is_ok_and(|probed| probe.is_empty() || probed.status.success());
    if !is_there {
        let command = [&[name], probe].concat().join(" ");
        say(&format!("no `{command}` here: the file was read by the test's own reader only"));
        return None;
    }
    let output = Command::new(name).args(arguments).output().expect("started");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {complaints}");
    say(&format!("{name} read the file too"));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}
