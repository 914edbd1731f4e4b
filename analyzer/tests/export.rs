//! The exports, each read back by something that isn't its writer.
//!
//! Every format has a reader here, made from the description of the format. Where the tool that the
//! format belongs to is installed, it reads the file too; the tests say which one did, or that it
//! is missing.

#[path = "support/browser.rs"]
mod browser;
#[path = "export/callgrind.rs"]
mod callgrind;
#[path = "export/firefox.rs"]
mod firefox;
#[path = "export/flamegraph.rs"]
mod flamegraph;
#[path = "export/folded.rs"]
mod folded;
#[path = "export/pprof.rs"]
mod pprof;
#[path = "export/profiles.rs"]
mod profiles;
#[path = "export/speedscope.rs"]
mod speedscope;
#[path = "export/tables.rs"]
mod tables;
#[path = "export/tools.rs"]
mod tools;

use std::io::{self, ErrorKind, Write};
use std::thread;

use analyzer::export::{ExportError, Format, write};
use analyzer::profile::Profile;
use profiles::{DEPTH, Profiles, deep, small, vast};

/// What `profile` is in `format`.
fn exported(profile: &Profile, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(profile, format, &mut bytes).expect("exported");
    bytes
}

fn exported_text(profile: &Profile, format: Format) -> String {
    String::from_utf8(exported(profile, format)).expect("text")
}

fn is_built(format: Format) -> bool {
    format != Format::Parquet || cfg!(feature = "parquet")
}

fn built() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|&format| is_built(format))
}

#[test]
fn equal_profiles_give_equal_bytes() {
    for format in built() {
        assert_eq!(exported(&small(), format), exported(&small(), format), "{format}");
    }
}

#[test]
fn deep_trees_need_neither_native_stack_nor_much_room() {
    for format in built() {
        let small_stack = thread::Builder::new().stack_size(256 << 10);
        let work = move || exported(&deep(), format).len();
        let bytes = small_stack.spawn(work).expect("started").join().expect("no overflow");
        assert!(bytes < 100 * DEPTH as usize, "{format}: {bytes} bytes");
    }
}

#[test]
fn fuel_that_does_not_fit_is_refused_not_wrapped() {
    let limits = [
        (Format::Folded, u128::from(u64::MAX)),
        (Format::Flamegraph, 1 << 53),
        (Format::Pprof, i64::MAX as u128),
        (Format::Speedscope, 1 << 53),
        (Format::Callgrind, u128::from(u64::MAX)),
        (Format::Parquet, u128::from(u64::MAX)),
    ];
    for (format, limit) in limits.into_iter().filter(|&(format, _)| is_built(format)) {
        assert!(write(&vast(limit), format, &mut io::sink()).is_ok(), "{format}");
        let error = write(&vast(limit + 1), format, &mut io::sink()).expect_err("too large");
        let value = limit + 1;
        let expected = format!(
            "the fuel {value} is too large for {format}, which ends at {limit}; csv and json \
             have no such limit"
        );
        assert_eq!(error.to_string(), expected);
    }
    for format in [Format::Csv, Format::Json, Format::Firefox] {
        assert!(write(&vast(u128::MAX), format, &mut io::sink()).is_ok(), "{format}");
    }
}

#[test]
fn calls_that_do_not_fit_are_refused() {
    let mut profiles = Profiles::new();
    let main = profiles.function("main");
    profiles.call(None, main, u64::MAX, 1);
    let profile = profiles.build();
    let error = write(&profile, Format::Pprof, &mut io::sink()).expect_err("too large");
    assert!(error.to_string().starts_with("the number of calls 18446744073709551615 is too"));
}

#[test]
fn a_profile_without_a_tree_is_flat() {
    let mut profile = small();
    let whole = profile.tree.nodes.iter().map(|node| node.fuel).sum::<u128>();
    profile.tree.nodes.clear();
    let lines = exported_text(&profile, Format::Folded);
    assert!(lines.lines().all(|line| !line.contains(';')), "{lines}");
    let fuel = lines.lines().map(|line| line.rsplit_once(' ').expect("fuel").1);
    let fold = profiles::FOLDED_FUEL;
    assert_eq!(fuel.map(|fuel| fuel.parse::<u128>().expect("number")).sum::<u128>(), whole - fold);
}

#[test]
fn an_empty_profile_is_empty_or_refused() {
    let empty = Profiles::new().build();
    for format in built().filter(|&format| format != Format::Flamegraph) {
        write(&empty, format, &mut io::sink()).unwrap_or_else(|error| panic!("{format}: {error}"));
    }
    let error = write(&empty, Format::Flamegraph, &mut io::sink()).expect_err("nothing to draw");
    assert_eq!(error.to_string(), "nothing to show as flamegraph: the program used no fuel");
}

#[test]
fn a_sink_that_fails_is_an_error_with_its_cause() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for format in built() {
        match write(&small(), format, &mut Full) {
            Err(ExportError::Io(error)) => {
                assert_eq!(error.kind(), ErrorKind::BrokenPipe, "{format}");
            }
            other => panic!("{format}: {other:?}"),
        }
    }
}
