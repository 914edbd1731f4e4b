//! The HTML report: what stands in the file, and what a browser makes of it.
//!
//! The browser's part needs `node`, its package `playwright-core` (found as `require` does, so also
//! by `NODE_PATH`) and Chromium (`WF_CHROMIUM`, or on the path). Without them it says so; with
//! `WF_CHROMIUM` set it is an error. `WF_SCREENSHOTS` names a folder for pictures of the pages.

#[path = "support/browser.rs"]
mod browser;
#[path = "html/sample.rs"]
mod sample;

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

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
    let chromium = match browser::find(&["playwright-core"]) {
        Ok(chromium) => chromium,
        Err(missing) => {
            assert!(env::var_os("WF_CHROMIUM").is_none(), "no {missing}");
            // Not by a macro: the test harness would swallow it.
            let _ = writeln!(io::stderr(), "NOT CHECKED in a browser: no {missing}");
            return;
        }
    };
    browser::run("html/browser.cjs", &chromium, &folder);
}
