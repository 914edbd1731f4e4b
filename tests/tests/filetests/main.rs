//! Files of WebAssembly text, `tests/filetests/**/*.wat`, one test each. What is checked stands in
//! their comments, which `directives.rs` describes. `BLESS=1` rewrites the expected texts and removes
//! those that nothing asks for.

mod directives;
mod expect;
mod functions;
mod heap;
mod run;
mod values;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use libtest_mimic::{Arguments, Failed, Trial};

use crate::heap::Heaps;

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("filetests");
    let trials = files(&root).expect("the folder of the files can be read");
    assert!(!trials.is_empty(), "{} has no files", root.display());
    let trials = trials.into_iter().map(|path| {
        let name = path.strip_prefix(&root).expect("it was found below").display().to_string();
        let shown = name.clone();
        let pending = name.starts_with(PENDING);
        Trial::test(name, move || check(&path, &shown).map_err(|e| Failed::from(format!("{e:#}"))))
            .with_ignored_flag(pending)
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// Folder of files that can't pass yet, because of bugs of others: they are reported as ignored.
const PENDING: &str = "pending";

/// The files below a folder, sorted.
fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let (mut folders, mut found) = (vec![root.to_path_buf()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "wat")
                || is_left_behind(&path)
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether `path` is an expected text without its file.
fn is_left_behind(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "expected")
        && !path.with_extension("wat").exists()
}

fn check(path: &Path, name: &str) -> Result<()> {
    if is_left_behind(path) {
        if expect::is_blessing() {
            return fs::remove_file(path).context(name.to_owned());
        }
        bail!("{name}:1: there is no .wat file that asks for it: remove it");
    }
    let text = fs::read_to_string(path).with_context(|| name.to_owned())?;
    let file = directives::parse(name, &text)?;
    let wasm = module(path, &text)?;
    let heaps = Heaps::place(&file.heaps, name, &wasm)?;
    run::check(&file, name, &module(path, &heaps.with_data(&text))?, &heaps)?;
    expect::check(&file, name, path, &wasm)
}

/// The module that `text` is the text of; errors show the line.
fn module(path: &Path, text: &str) -> Result<Vec<u8>> {
    Ok(wat::Parser::new().parse_str(Some(path), text)?)
}
