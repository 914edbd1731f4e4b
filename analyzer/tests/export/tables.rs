//! CSV, JSON and Parquet.

use analyzer::export::Format;
use analyzer::profile::Profile;
use analyzer::tree::CallTree;
use formats::report::Report;
use serde_json::Value;

use super::profiles::{nasty, nasty_names, small, vast};
use super::{exported, exported_text};

/// The records of a CSV, by RFC 4180.
fn records(csv: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let (mut record, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut characters = csv.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                cell.push('"');
                characters.next();
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => record.push(std::mem::take(&mut cell)),
            '\r' if !is_quoted => {
                assert_eq!(characters.next(), Some('\n'));
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            other => cell.push(other),
        }
    }
    assert!(!is_quoted && record.is_empty() && cell.is_empty());
    records
}

/// The rows that a table of the contexts has.
fn rows(profile: &Profile) -> Vec<Vec<String>> {
    let total = profile.tree.inclusive();
    let row = |index: usize| {
        let node = &profile.tree.nodes[index];
        let is_folded = node.function == CallTree::FOLDED;
        let name = match is_folded {
            true => "[folded]".to_string(),
            false => profile.names.get(node.function),
        };
        let name = match name.chars().count() {
            ..=1000 => name,
            _ => name.chars().take(999).chain(['…']).collect(),
        };
        vec![
            index.to_string(),
            node.parent.map_or(String::new(), |parent| parent.to_string()),
            if is_folded { String::new() } else { node.function.to_string() },
            name,
            node.calls.to_string(),
            node.fuel.to_string(),
            total[index].to_string(),
        ]
    };
    (0..profile.tree.nodes.len()).map(row).collect()
}

#[test]
fn csv_has_a_row_for_each_context() {
    for profile in [small(), nasty(), vast(u128::MAX)] {
        let records = records(&exported_text(&profile, Format::Csv));
        assert_eq!(records[0].join(","), "node,parent,function,name,calls,self,total");
        assert_eq!(records[1..], rows(&profile));
    }
}

#[test]
fn json_has_everything() {
    let profile = small();
    let json = exported(&profile, Format::Json);
    assert_eq!(json.last(), Some(&b'\n'));
    let document: Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(document["schema"], "wf-profile/1");
    let report = Report::from_json(&document["report"].to_string()).expect("a report");
    assert_eq!(report, profile.analysis.report);
    let nodes = document["nodes"].as_array().expect("a list");
    assert_eq!(nodes.len(), profile.tree.nodes.len());
    assert_eq!(nodes[0].to_string(), node("null", "0", 1, 100, 203));
    assert_eq!(nodes[7].to_string(), node("6", "null", 9, 6, 6));
    let functions = document["functions"].as_array().expect("a list");
    let names: Vec<&str> =
        functions.iter().map(|found| found["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["main", "parse", "leaf", "start"]);
    assert_eq!(document["timeline"][0]["end_ns"], 1_500_000);
    assert_eq!(document["report"]["operators"][0]["class"], "load");
}

fn node(parent: &str, function: &str, calls: u64, own: u64, total: u64) -> String {
    let json = format!(
        r#"{{"parent":{parent},"function":{function},"calls":{calls},"self":{own},"total":"#
    );
    let json = format!("{json}{total}}}");
    serde_json::from_str::<Value>(&json).expect("JSON").to_string()
}

#[test]
fn json_numbers_have_all_their_digits() {
    let json = exported_text(&vast(u128::MAX), Format::Json);
    assert!(json.contains(r#""total":340282366920938463463374607431768211455}"#), "{json}");
    let names = nasty_names();
    let document: Value = serde_json::from_slice(&exported(&nasty(), Format::Json)).expect("JSON");
    for (index, name) in names.iter().enumerate() {
        assert_eq!(document["functions"][index]["name"], name.as_str());
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_is_refused_where_it_is_not_built() {
    let error = analyzer::export::write(&small(), Format::Parquet, &mut std::io::sink());
    assert_eq!(
        error.expect_err("not built").to_string(),
        "this build cannot write parquet: build it with `--features parquet`"
    );
}

#[cfg(feature = "parquet")]
mod parquet {
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::Field;

    use super::super::tools::{TestFile, output_of};
    use super::*;

    const PYTHON: &str = "
import sys
import pyarrow.parquet as parquet
table = parquet.read_table(sys.argv[1])
print([str(field.type) for field in table.schema])
print(table.num_rows, sum(table['self'].to_pylist()))
";

    fn cell(field: &Field) -> String {
        match field {
            Field::Null => String::new(),
            Field::Str(text) => text.clone(),
            other => other.to_string(),
        }
    }

    #[test]
    fn parquet_has_a_row_for_each_context() {
        for profile in [small(), nasty(), vast(u128::from(u64::MAX))] {
            let bytes = exported(&profile, Format::Parquet);
            let file = TestFile::new("contexts.parquet", &bytes);
            let opened = std::fs::File::open(&file.0).expect("a file");
            let reader = SerializedFileReader::new(opened).expect("parquet");
            let found: Vec<Vec<String>> = reader
                .get_row_iter(None)
                .expect("rows")
                .map(|row| row.expect("a row"))
                .map(|row| row.get_column_iter().map(|(_, field)| cell(field)).collect())
                .collect();
            assert_eq!(found, rows(&profile));
            let arguments = ["-c".as_ref(), PYTHON.as_ref(), file.as_ref()];
            let expected = format!(
                "['uint32', 'uint32', 'uint32', 'string', 'uint64', 'uint64', 'uint64']\n{} {}",
                profile.tree.nodes.len(),
                profile.tree.nodes.iter().map(|node| node.fuel).sum::<u128>()
            );
            let probe = ["-c", "import pyarrow.parquet"];
            if let Some(found) = output_of("python3", &probe, &arguments) {
                assert_eq!(found.trim(), expected);
            }
        }
    }
}
