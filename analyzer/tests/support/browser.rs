//! A browser that scripts drive, where there is one.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Path of a browser for scripts under Node that need `modules`, or what is missing for that.
pub(crate) fn find(modules: &[&str]) -> Result<PathBuf, String> {
    for module in modules {
        let mut node = Command::new("node");
        node.args(["-e", &format!("require.resolve('{module}')")]).stderr(Stdio::null());
        match node.status() {
            Err(_) => return Err("node".to_string()),
            Ok(status) if !status.success() => return Err(module.to_string()),
            Ok(_) => {}
        }
    }
    if let Some(chromium) = env::var_os("WF_CHROMIUM") {
        let path = Some(PathBuf::from(chromium)).filter(|path| path.exists());
        return path.ok_or_else(|| "WF_CHROMIUM".to_string());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut candidates =
        names.iter().flat_map(|name| folders.iter().map(move |dir| dir.join(name)));
    candidates.find(|path| path.is_file()).ok_or_else(|| "chromium".to_string())
}

/// Runs a script beside the tests with the browser and one more argument. Gives what it prints.
///
/// # Panics
///
/// When it fails.
pub(crate) fn run(script: &str, chromium: &Path, argument: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    let output = Command::new("node").arg(script).arg(chromium).arg(argument).output();
    let output = output.expect("node starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    said
}
