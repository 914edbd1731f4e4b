//! The programs that are measured: every `.wasm` below a folder, run as a WASI command with its
//! own folder as `.`.

use std::path::{Path, PathBuf};

use clap::Args;
use recorder::wasi::{Directory, WasiOptions};
use recorder::{Recorder, RecorderBuilder, UnknownImports};
use regex::Regex;
use wasmtime::ensure;
use wasmtime::error::Context;
use wasmtime_wasi::p2::pipe::SinkOutputStream;

/// Which programs are measured.
#[derive(Args)]
pub(crate) struct Selection {
    /// Folder with the programs.
    #[arg(long, value_name = "DIR")]
    corpus: PathBuf,
    /// Only programs whose name matches: their path below DIR without `.wasm`.
    #[arg(long, value_name = "RE", value_parser = pattern)]
    filter: Option<Regex>,
}

/// A regular expression, or in one line why it is none.
fn pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| {
        let message = error.to_string();
        // The parser draws the place on lines of their own and says last what is wrong.
        let reason = message.lines().last().unwrap_or_default();
        reason.strip_prefix("error: ").unwrap_or(reason).to_owned()
    })
}

impl Selection {
    /// The programs, in the order of their paths; at least one.
    pub(crate) fn programs(&self) -> wasmtime::Result<Vec<Program>> {
        let mut paths = find(&self.corpus)?;
        if let Some(filter) = &self.filter {
            paths.retain(|path| filter.is_match(&name(&self.corpus, path)));
        }
        ensure!(!paths.is_empty(), "{}", self.nothing());
        paths.into_iter().map(|path| Program::read(name(&self.corpus, &path), path)).collect()
    }

    /// Says that there is no program.
    fn nothing(&self) -> String {
        let folder = self.corpus.display();
        match &self.filter {
            Some(filter) => format!("no program below {folder} has a name that matches `{filter}`"),
            None => format!("no program below {folder}"),
        }
    }
}

/// A program on disk.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) wasm: Vec<u8>,
    path: PathBuf,
}

impl Program {
    /// The program at `path`.
    pub(crate) fn read(name: String, path: PathBuf) -> wasmtime::Result<Program> {
        let wasm =
            std::fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
        Ok(Program { name, wasm, path })
    }

    /// A program of our own that runs for some 10 seconds and records all the time: calls first, then
    /// a loop that leaves only its data to tell how often it goes around.
    pub(crate) fn long_run() -> wasmtime::Result<Program> {
        Program::of_text("long run", include_str!("long_run.wat"))
    }

    /// A program in text form.
    pub(crate) fn of_text(name: &str, text: &str) -> wasmtime::Result<Program> {
        let (name, wasm) = (name.to_owned(), wat::parse_str(text)?);
        Ok(Program { name, wasm, path: PathBuf::new() })
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
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
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let host = folder.unwrap_or(Path::new(".")).to_path_buf();
        Directory { host, guest: ".".to_string() }
    }
}

/// A recorder of `program` that prints nothing.
pub(crate) fn builder(program: &Program) -> RecorderBuilder {
    Recorder::builder()
        .module(program.wasm.clone())
        .program(program.name.clone())
        .directory(program.directory())
        .deterministic(0)
        .unknown_imports(UnknownImports::Default)
        .wasi(|context| {
            context.stdout(SinkOutputStream).stderr(SinkOutputStream);
        })
}

/// The `.wasm` files below `folder`, in the order of their paths.
fn find(folder: &Path) -> wasmtime::Result<Vec<PathBuf>> {
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
    paths.sort();
    Ok(paths)
}

/// The name of the program at `path` below `root`.
fn name(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).with_extension("").display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path, filter: Option<&str>) -> Result<Vec<String>, String> {
        let filter = filter.map(pattern).transpose()?;
        let selection = Selection { corpus: folder.to_path_buf(), filter };
        let programs = selection.programs().map_err(|error| format!("{error:#}"))?;
        Ok(programs.into_iter().map(|program| program.name).collect())
    }

    #[test]
    fn programs_are_chosen_by_their_names_below_the_folder() {
        let folder = std::env::temp_dir().join(format!("wf-programs-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("sub")).unwrap();
        for name in ["b.wasm", "a.wasm", "sub/c.wasm", "sub/d.txt"] {
            std::fs::write(folder.join(name), b"\0asm\x01\0\0\0").unwrap();
        }
        assert_eq!(names(&folder, None).unwrap(), ["a", "b", "sub/c"]);
        assert_eq!(names(&folder, Some("^[ac]$|/c$")).unwrap(), ["a", "sub/c"]);
        // The folder's own path is no part of the names.
        let error = names(&folder, Some("wf-programs")).unwrap_err();
        assert!(error.ends_with("has a name that matches `wf-programs`"), "{error}");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_bad_filter_is_named_in_one_line() {
        assert_eq!(pattern("a(b").unwrap_err(), "unclosed group");
        assert_eq!(pattern("[b").unwrap_err(), "unclosed character class");
        let large = pattern("((a{999}){999}){999}").unwrap_err();
        assert!(!large.contains('\n') && large.contains("size limit"), "{large}");
    }
}
