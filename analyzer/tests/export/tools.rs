//! The tools that the formats belong to, where they are installed.

use std::env;
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

/// What the tool `name` prints when started with `arguments`, if it is installed: `None`, with a
/// word on standard error, if it isn't.
///
/// # Panics
///
/// When the tool fails.
pub(crate) fn output_of(name: &str, arguments: &[&OsStr]) -> Option<String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file());
    let Some(tool) = found else {
        say(&format!("{name} is not installed: the file was read by the test's own reader only"));
        return None;
    };
    let output = Command::new(&tool).args(arguments).output().expect("started");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {complaints}");
    say(&format!("{} read the file", tool.display()));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}
