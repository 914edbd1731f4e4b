//! Files of WebAssembly text, `tests/filetests/**/*.wat`, one test each. What is checked stands in
//! their comments, which `directives.rs` describes. `BLESS=1` rewrites the expected texts.

mod directives;
mod expect;
mod heap;
mod run;
mod values;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("filetests");
    let trials = files(&root).expect("the folder of the files can be read");
    assert!(!trials.is_empty(), "{} has no files", root.display());
    let trials = trials.into_iter().map(|path| {
        let name = path.strip_prefix(&root).expect("it was found below").display().to_string();
        let shown = name.clone();
        Trial::test(name, move || check(&path, &shown).map_err(|e| Failed::from(format!("{e:#}"))))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// The files below a folder, sorted, without those in `pending`, whose bugs are not mended yet.
fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let (mut folders, mut found) = (vec![root.to_path_buf()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "pending") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "wat") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn check(path: &Path, name: &str) -> Result<()> {
    let text = fs::read_to_string(path)?;
    let file = directives::parse(&text).context(name.to_owned())?;
    let wasm = wat::parse_str(&text).context("the module")?;
    let addresses = heap::addresses(&file.heaps, &wasm).context(name.to_owned())?;
    let filled =
        wat::parse_str(heap::with_data(&text, &file.heaps, &addresses)).context("heaps")?;
    run::check(&file, name, &filled, &addresses)?;
    expect::check(&file, path, &wasm)
}
