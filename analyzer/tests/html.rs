//! The HTML report: what stands in the file, and what a browser makes of it.
//!
//! The browser's part needs `node`, its package `playwright-core` (found as `require` does, so also
//! by `NODE_PATH`) and Chromium (`WF_CHROMIUM`, or on the path). Without them it says so; with
//! `WF_CHROMIUM` set it is an error. `WF_SCREENSHOTS` names a folder for pictures of the pages.

#[path = "html/sample.rs"]
mod sample;

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use analyzer::html;
use analyzer::profile::Profile;

fn page(profile: &Profile) -> String {
    let mut page = Vec::new();
    html::page(profile, &mut page).expect("a vector takes everything");
    String::from_utf8(page).expect("text")
}

#[test]
fn the_page_is_one_file_with_its_data() {
    let page = page(&sample::exact());
    assert!(page.starts_with("<!doctype html>"));
    for outside in ["http://", "https://", " src=", "@import", "url(", "<link"] {
        // Names of functions may say what they like; so may the name space of drawings.
        let found = page
            .replace("http://www.w3.org/2000/svg", "")
            .replace("\\u003c/script>\\u003cimg src=x onerror=alert(1)>", "");
        assert!(!found.contains(outside), "{outside}");
    }
    assert!(!page.contains(sample::HOSTILE));
}

#[test]
fn the_page_is_the_same_each_time() {
    assert_eq!(page(&sample::exact()), page(&sample::exact()));
}

#[test]
fn the_page_of_a_large_program_is_bounded() {
    let page = page(&sample::large());
    assert!(page.len() < 12 << 20, "{} bytes", page.len());
}

#[test]
fn a_browser_shows_the_pages() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("html");
    fs::create_dir_all(&folder).expect("a folder");
    let profiles = [
        ("exact", sample::exact()),
        ("estimate", sample::estimate()),
        ("large", sample::large()),
        ("empty", sample::empty()),
    ];
    for (name, profile) in &profiles {
        let path = folder.join(format!("{name}.html"));
        fs::write(path, page(profile)).expect("a file");
    }
    let chromium = match browser() {
        Ok(chromium) => chromium,
        Err(missing) => {
            assert!(env::var_os("WF_CHROMIUM").is_none(), "no {missing}");
            // Not by a macro: the test harness would swallow it.
            let _ = writeln!(io::stderr(), "NOT CHECKED in a browser: no {missing}");
            return;
        }
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/html/browser.cjs");
    let output = Command::new("node").arg(script).arg(&chromium).arg(&folder).output();
    let output = output.expect("node starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
}

/// Path of a browser that can be driven, or what is missing for it.
fn browser() -> Result<PathBuf, &'static str> {
    let mut node = Command::new("node");
    node.args(["-e", "require.resolve('playwright-core')"]).stderr(Stdio::null());
    match node.status() {
        Err(_) => return Err("node"),
        Ok(status) if !status.success() => return Err("playwright-core"),
        Ok(_) => {}
    }
    if let Some(chromium) = env::var_os("WF_CHROMIUM") {
        return Some(PathBuf::from(chromium)).filter(|path| path.exists()).ok_or("WF_CHROMIUM");
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let candidates = names.iter().flat_map(|name| folders.iter().map(move |dir| dir.join(name)));
    candidates.into_iter().find(|path| path.is_file()).ok_or("chromium")
}
