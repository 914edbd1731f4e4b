//! Folders that tests work in.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// An empty folder of a test's own, removed with its contents when the test is over.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes one.
    pub(crate) fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cli-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).expect("the target folder is writable");
        Folder(path)
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Path of `name` in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file and gives its name back.
    pub(crate) fn write<'a>(&self, name: &'a str, contents: impl AsRef<[u8]>) -> &'a str {
        fs::write(self.file(name), contents).expect("the folder is writable");
        name
    }

    /// Writes the module in text form `wat` as a binary and gives its name back.
    pub(crate) fn write_module<'a>(&self, name: &'a str, wat: &str) -> &'a str {
        self.write(name, wat::parse_str(wat).expect("the test's text form parses"))
    }

    /// Reads a file.
    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        match fs::read(self.file(name)) {
            Ok(bytes) => bytes,
            Err(error) => panic!("{name}: {error}"),
        }
    }

    /// Whether there is such a file.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.file(name).exists()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Path of one of the compiled programs beside the tests.
pub(crate) fn program(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs").join(name);
    assert!(path.exists(), "{} is missing", path.display());
    path
}
