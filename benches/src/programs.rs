//! The programs that are measured: every `.wasm` below a folder, run as a WASI command with its
//! own folder as `.`.

use std::path::{Path, PathBuf};

use clap::Args;
use recorder::wasi::{Directory, WasiOptions};
use wasmtime::error::Context;

/// Which programs are measured.
#[derive(Args)]
pub(crate) struct Selection {
    /// Folder with the programs.
    #[arg(long, value_name = "DIR")]
    corpus: PathBuf,
    /// Only programs whose path contains this.
    #[arg(long, default_value = "")]
    filter: String,
}

impl Selection {
    /// The programs, in the order of their paths; at least one.
    pub(crate) fn programs(&self) -> wasmtime::Result<Vec<Program>> {
        let programs = find(&self.corpus, &self.filter)?;
        wasmtime::ensure!(!programs.is_empty(), "no program below {}", self.corpus.display());
        Ok(programs)
    }
}

/// A program on disk.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) wasm: Vec<u8>,
    folder: PathBuf,
}

impl Program {
    /// A program of our own that runs for some 10 seconds and records all the time: calls first, then
    /// a loop that leaves only its data to tell how often it goes around.
    pub(crate) fn long_run() -> wasmtime::Result<Program> {
        let wasm = wat::parse_str(include_str!("long_run.wat"))?;
        Ok(Program { name: "long run".to_owned(), wasm, folder: PathBuf::from(".") })
    }

    /// The world that the program sees: its folder, fixed clocks and random numbers.
    pub(crate) fn wasi(&self) -> WasiOptions {
        WasiOptions {
            program: self.name.clone(),
            directories: vec![self.directory()],
            seed: Some(0),
            ..WasiOptions::default()
        }
    }

    /// The program's folder as the guest's working directory.
    pub(crate) fn directory(&self) -> Directory {
        Directory { host: self.folder.clone(), guest: ".".to_string() }
    }
}

/// The programs below `folder` whose path contains `filter`, in the order of their paths.
fn find(folder: &Path, filter: &str) -> wasmtime::Result<Vec<Program>> {
    let mut pending = vec![folder.to_path_buf()];
    let mut paths = Vec::new();
    while let Some(folder) = pending.pop() {
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("can't read {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "wasm") {
                paths.push(path);
            }
        }
    }
    paths.retain(|path| path.to_string_lossy().contains(filter));
    paths.sort();
    paths.into_iter().map(|path| program(folder, &path)).collect()
}

fn program(root: &Path, path: &Path) -> wasmtime::Result<Program> {
    Ok(Program {
        name: path.strip_prefix(root).unwrap_or(path).with_extension("").display().to_string(),
        wasm: std::fs::read(path).with_context(|| format!("can't read {}", path.display()))?,
        folder: path.parent().unwrap_or(root).to_path_buf(),
    })
}
