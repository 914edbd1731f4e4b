//! A profile as one HTML page that needs nothing but a browser.
//!
//! Takes a [`Profile`], gives a file: markup, style, scripts (`*.js`, one for each concern) and the
//! data as JSON. Rust decides what there is to be seen and bounds it; the scripts only draw. What
//! comes from the program, such as names of functions, stands in the JSON alone, without any `<`,
//! and the scripts put it on the page as text, never as markup. The page's policy allows its own
//! style and script by their hashes and no request at all.

mod data;
mod flame;
mod timeline;

use std::io;

use sha2::{Digest, Sha256};

use crate::profile::Profile;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = concat!(
    include_str!("values.js"),
    include_str!("table.js"),
    include_str!("flame.js"),
    include_str!("timeline.js"),
    include_str!("code.js"),
    include_str!("main.js"),
);

/// Writes the page of `profile` to `sink`.
///
/// # Errors
///
/// Those of `sink`.
///
/// # Examples
///
/// ```no_run
/// # fn show(profile: &analyzer::profile::Profile) -> std::io::Result<()> {
/// analyzer::html::page(profile, &mut std::fs::File::create("report.html")?)
/// # }
/// ```
pub fn page(profile: &Profile, sink: &mut impl io::Write) -> io::Result<()> {
    let data = serde_json::to_string(&data::data(profile))?;
    let mut parts = PAGE.split("{{");
    sink.write_all(parts.next().unwrap_or_default().as_bytes())?;
    for part in parts {
        let (name, rest) = part.split_once("}}").expect("a placeholder ends");
        let value = match name {
            "policy" => policy(),
            "style" => STYLE.to_string(),
            "data" => inert(&data),
            "script" => SCRIPT.to_string(),
            _ => unreachable!("the page has no placeholder {name}"),
        };
        sink.write_all(value.as_bytes())?;
        sink.write_all(rest.as_bytes())?;
    }
    Ok(())
}

/// `json` without any character that could end the element it stands in.
fn inert(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// The content security policy: nothing but the page's own style and script.
fn policy() -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'",
        base64(&Sha256::digest(STYLE)),
        base64(&Sha256::digest(SCRIPT))
    )
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | usize::from(*group.get(at).unwrap_or(&0)));
        for at in 0..4 {
            let digit = DIGITS[bits >> (18 - 6 * at) & 63];
            text.push(if at <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests;
