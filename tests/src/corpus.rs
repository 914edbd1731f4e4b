//! Real programs that nobody here wrote: a checkout of the Sightglass benchmarks, or a part of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::observation::Observation;
use crate::program::{Command, Program, Run};

/// The programs below `corpus`, sorted.
///
/// # Errors
///
/// When a folder cannot be read, or there are none.
pub fn find(corpus: &Path) -> Result<Vec<PathBuf>> {
    let mut programs = Vec::new();
    let mut folders = vec![corpus.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "wasm") {
                programs.push(path);
            }
        }
    }
    ensure!(!programs.is_empty(), "{} has no programs", corpus.display());
    programs.sort();
    Ok(programs)
}

/// How a program of the corpus is run: in a copy of its folder below `temporary`, for some write to
/// it.
///
/// # Errors
///
/// When the folder cannot be copied.
pub fn program(path: &Path, temporary: &Path) -> Result<Program> {
    let wasm = fs::read(path)?;
    let name = path.file_name().context("it is a file")?.to_string_lossy().into_owned();
    let folder = copy_of_folder(path, temporary)?;
    let command = Command {
        directories: vec![(folder, ".".to_owned())],
        default_imports: true,
        ..Command::default()
    };
    Ok(Program { run: Run::Command(command), ..Program::command(name, wasm) })
}

/// Copies the inputs beside a program to a folder of the test's own.
fn copy_of_folder(path: &Path, temporary: &Path) -> Result<PathBuf> {
    let from = path.parent().context("a file has a folder")?;
    let stem = path.file_stem().context("a file has a name")?;
    let parent = from.file_name().context("the folder has a name")?;
    let to = temporary.join("corpus").join(parent).join(stem);
    let _ = fs::remove_dir_all(&to);
    fs::create_dir_all(&to)?;
    for entry in fs::read_dir(from)? {
        let input = entry?.path();
        let name = input.file_name().context("it has a name")?;
        let is_input = name.to_string_lossy().contains("input");
        if input.is_file() && is_input {
            // Written anew, because a copy would inherit a read-only mode.
            fs::write(to.join(name), fs::read(&input)?)?;
        }
    }
    Ok(to)
}

/// Compares what was printed with the expectations beside a program.
///
/// # Errors
///
/// When something differs.
pub fn compare_output(path: &Path, observation: &Observation) -> Result<()> {
    for (stream, printed) in [("stdout", &observation.stdout), ("stderr", &observation.stderr)] {
        let expected = path.with_extension(format!("{stream}.expected"));
        if !expected.exists() {
            continue;
        }
        let expected = fs::read(&expected)?;
        let same = expected.iter().zip(printed).take_while(|(a, b)| a == b).count();
        ensure!(
            expected == *printed,
            "{stream} has {} bytes, {} were expected; they differ from byte {same}",
            printed.len(),
            expected.len()
        );
    }
    Ok(())
}
