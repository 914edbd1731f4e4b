//! The flame graph: well-formed XML whose frames are as wide as their fuel.

use analyzer::export::Format;

use super::exported_text;
use super::profiles::{DEPTH, Profiles, deep, nasty, nasty_names, small};
use super::tools::{TestFile, output_of};

const PYTHON: &str = "import sys, xml.dom.minidom as d; \
    print(len(d.parse(sys.argv[1]).getElementsByTagName('title')))";

/// The texts of the `title` elements: the name of a frame, its fuel and its share.
///
/// # Panics
///
/// When elements are not closed as they were opened, or a character is none of XML.
fn titles(svg: &str) -> Vec<String> {
    assert!(svg.chars().all(|found| !found.is_control() || found == '\n'), "a control character");
    let mut open: Vec<&str> = Vec::new();
    let mut titles = Vec::new();
    let mut rest = svg;
    while let Some((text, tag)) = rest.split_once('<') {
        if open.last() == Some(&"title") {
            titles.push(text.to_string());
        }
        let end = if tag.starts_with("![CDATA[") { "]]>" } else { ">" };
        let (tag, after) = tag.split_once(end).expect("an end of the tag");
        let name = tag.split_whitespace().next().expect("a name");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') || tag.starts_with(['?', '!']) => {}
            None => open.push(name),
        }
        rest = after;
    }
    assert_eq!(open, Vec::<&str>::new());
    titles
}

#[test]
fn frames_have_their_inclusive_fuel() {
    let mut titles = titles(&exported_text(&small(), Format::Flamegraph));
    titles.sort();
    assert_eq!(
        titles,
        [
            "[folded] (6 fuel, 2.88%)",
            "all (208 fuel, 100%)",
            "leaf (13 fuel, 6.25%)",
            "leaf (40 fuel, 19.23%)",
            "main (203 fuel, 97.60%)",
            "parse (5 fuel, 2.40%)",
            "parse (70 fuel, 33.65%)",
            "parse (90 fuel, 43.27%)",
            "start (5 fuel, 2.40%)",
        ]
    );
}

#[test]
fn names_keep_the_xml_well_formed() {
    let svg = exported_text(&nasty(), Format::Flamegraph);
    let titles = titles(&svg);
    assert_eq!(titles.len(), nasty_names().len() + 1);
    assert!(titles.iter().any(|title| title.starts_with("&lt;b&gt;&amp;amp:")), "{titles:?}");
    let file = TestFile::new("nasty.svg", svg.as_bytes());
    let arguments = ["-c".as_ref(), PYTHON.as_ref(), file.as_ref()];
    if let Some(found) = output_of("python3", &["--version"], &arguments) {
        assert_eq!(found.trim(), titles.len().to_string());
    }
}

#[test]
fn deep_calls_are_cut_with_their_fuel_kept() {
    let svg = exported_text(&deep(), Format::Flamegraph);
    let titles = titles(&svg);
    assert_eq!(titles.len(), 512 + 1);
    assert!(titles.contains(&"all (30,000 fuel, 100%)".to_string()));
    let left_out = DEPTH - 512;
    assert_eq!(left_out, 29_488);
    assert!(svg.contains("29,488 contexts with little fuel or deep down are left out"));
}

#[test]
fn contexts_that_do_not_fit_count_as_their_callers_own() {
    let mut profiles = Profiles::new();
    let main = profiles.function("main");
    let callee = profiles.function(&"long".repeat(250));
    let in_main = profiles.call(None, main, 1, 1);
    // 1,000 bytes each, of which 64 MiB hold some 67 thousand.
    for _ in 0..70_000 {
        profiles.call(in_main, callee, 1, 1);
    }
    let svg = exported_text(&profiles.build(), Format::Flamegraph);
    assert!(titles(&svg).contains(&"all (70,001 fuel, 100%)".to_string()));
    assert!(svg.contains("contexts with little fuel or deep down are left out"));
}
