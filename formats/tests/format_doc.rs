//! `FORMAT.md` and the code say the same.
//!
//! Every table of the document is compared with the code, and its dump with the bytes that the
//! code writes. `BLESS=1` renews the dump; the tables are corrected by hand.

mod tiny;

use std::fmt::{Debug, Write};
use std::ops::Range;

use formats::codec;
use formats::cost_model::{Bulk, CostModel};
use formats::plan::{
    Counter, Exit, MAX_COUNTERS, MAX_PAYLOAD_WORDS, Nest, Origin, Place, Recorded, RegionKind,
    Scalar,
};
use formats::report::{
    CostModelReport, Fuel, FunctionInterval, FunctionReport, LoopInterval, LoopReport, Mode,
    OperatorReport, OutcomeReport, Report, SampleReport, TraceReport,
};
use formats::trace::{
    Detail, FILE_HEAD_BYTES, FRAME_HEAD_BYTES, FrameKind, MAGIC, Outcome, OutcomeKind, Sample,
    SegmentInfo, TRAILER_BYTES, VERSION,
};
use formats::{limits, report};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/FORMAT.md");

fn document() -> String {
    std::fs::read_to_string(PATH).unwrap()
}

/// The cells of a table row, without the backquotes around whole cells.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim().trim_start_matches('|').trim_end_matches('|');
    row.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
}

/// The rows of the first table after `heading` whose first column is called `name`.
fn table(heading: &str, name: &str) -> Vec<Vec<String>> {
    let document = document();
    let (_, section) = document.split_once(&format!("\n{heading}\n")).expect(heading);
    let lines: Vec<&str> = section.lines().collect();
    let start = lines
        .windows(2)
        .position(|pair| pair[1].starts_with("|---") && cells(pair[0])[0] == name)
        .unwrap_or_else(|| panic!("no table {name} after {heading}"));
    let rows = lines[start + 2..].iter().take_while(|line| line.starts_with('|'));
    rows.map(|row| cells(row)).collect()
}

fn column(rows: &[Vec<String>], column: usize) -> Vec<&str> {
    rows.iter().map(|row| row[column].as_str()).collect()
}

#[test]
fn constants_are_those_of_the_code() {
    let constants = [
        ("VERSION", VERSION as usize),
        ("FILE_HEAD_BYTES", FILE_HEAD_BYTES),
        ("FRAME_HEAD_BYTES", FRAME_HEAD_BYTES),
        ("TRAILER_BYTES", TRAILER_BYTES),
        ("MAX_HEADER_BYTES", limits::MAX_HEADER_BYTES),
        ("MAX_SEGMENT_BYTES", limits::MAX_SEGMENT_BYTES),
        ("MAX_EXPANSION", limits::MAX_EXPANSION),
        ("MAX_NOTE_BYTES", limits::MAX_NOTE_BYTES),
        ("MAX_MESSAGE_BYTES", limits::MAX_MESSAGE_BYTES),
        ("MAX_CHAPTER_FRAMES", limits::MAX_CHAPTER_FRAMES),
        ("MAX_INDEX_BYTES", limits::MAX_INDEX_BYTES),
        ("MAX_FOOTER_BYTES", limits::MAX_FOOTER_BYTES),
        ("MAX_COST_MODEL_BYTES", limits::MAX_COST_MODEL_BYTES),
        ("MAX_PAYLOAD_WORDS", MAX_PAYLOAD_WORDS),
        ("MAX_COUNTERS", MAX_COUNTERS),
    ];
    let rows = table("### Constants", "constant");
    let documented: Vec<_> =
        rows.iter().map(|row| (row[0].as_str(), row[1].parse().unwrap())).collect();
    assert_eq!(documented, constants);
    assert!(document().starts_with(&format!("# Formats, version {VERSION}\n")));
    let versions = table("### Versions", "version");
    assert_eq!(column(&versions, 0).last().copied(), Some(VERSION.to_string().as_str()));
}

#[test]
fn kinds_of_frames_are_those_of_the_code() {
    let rows = table("### Frames", "kind");
    assert_eq!(rows.len(), FrameKind::ALL.len());
    for (row, kind) in rows.iter().zip(FrameKind::ALL) {
        assert_eq!(row[0], char::from(kind as u8).to_string());
        assert_eq!(row[1], format!("{kind:?}"));
        assert_eq!(row[2], kind.prefix_bytes().to_string());
        let constants = table("### Constants", "constant");
        let limit = constants.iter().find(|constant| constant[0] == row[3]).unwrap();
        assert_eq!(limit[1], kind.max_raw_bytes().to_string());
    }
}

/// The fields of a table of bytes, which leave no gap; their sum is `bytes`.
fn byte_fields(heading: &str, bytes: usize) -> Vec<(Range<usize>, String)> {
    let mut next = 0;
    let mut fields = Vec::new();
    for row in table(heading, "offset") {
        let (offset, length): (usize, usize) = (row[0].parse().unwrap(), row[1].parse().unwrap());
        assert_eq!(offset, next, "{heading}");
        next += length;
        fields.push((offset..next, row[2].clone()));
    }
    assert_eq!(next, bytes, "{heading}");
    fields
}

fn field<'a>(fields: &[(Range<usize>, String)], start: &str, bytes: &'a [u8]) -> &'a [u8] {
    let found = fields.iter().find(|(_, name)| name.starts_with(start)).expect(start);
    &bytes[found.0.clone()]
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn tables_of_bytes_describe_a_real_trace() {
    let bytes = tiny::trace();
    let fields = byte_fields("### File head", FILE_HEAD_BYTES);
    assert!(fields[0].1.contains(&hex(&MAGIC)));
    assert_eq!(number(field(&fields, "version", &bytes)), u64::from(VERSION));
    assert_eq!(number(field(&fields, "CRC32C", &bytes)), u64::from(crc32c::crc32c(&bytes[..12])));

    let head = byte_fields("### Frames", FRAME_HEAD_BYTES);
    let prefix = byte_fields("### Segments", FrameKind::Segment.prefix_bytes());
    let frames = tiny::frames(&bytes);
    for (sequence, range) in frames.iter().enumerate() {
        let frame = &bytes[range.clone()];
        assert_eq!(number(field(&head, "sequence", frame)), sequence as u64);
        let stored = number(field(&head, "stored bytes", frame)) as usize;
        assert_eq!(stored, frame.len() - FRAME_HEAD_BYTES);
        assert_eq!(field(&head, "zero", frame), [0, 0]);
        let payload = u64::from(crc32c::crc32c(&frame[FRAME_HEAD_BYTES..]));
        assert_eq!(number(field(&head, "CRC32C of prefix", frame)), payload);
        let checksum = u64::from(crc32c::crc32c(&frame[..20]));
        assert_eq!(number(field(&head, "CRC32C of the 20", frame)), checksum);
        // Small bodies are stored as they are.
        assert_eq!(field(&head, "compression", frame), [0]);
        let kind = FrameKind::ALL.into_iter().find(|&kind| kind as u8 == frame[0]).unwrap();
        let raw = number(field(&head, "raw bytes", frame)) as usize;
        assert_eq!(raw + kind.prefix_bytes(), stored);
    }

    let segment = &bytes[frames[1].start + FRAME_HEAD_BYTES..];
    assert_eq!(number(field(&prefix, "stream", segment)), u64::from(tiny::INFO.stream));
    assert_eq!(number(field(&prefix, "start", segment)), tiny::INFO.start_ns);
    assert_eq!(number(field(&prefix, "end", segment)), tiny::INFO.end_ns);
    assert_eq!(number(field(&prefix, "number of events", segment)), tiny::INFO.events);

    let fields = byte_fields("### Footer and trailer", TRAILER_BYTES);
    let trailer = &bytes[bytes.len() - TRAILER_BYTES..];
    let footer = frames.last().unwrap().start as u64;
    assert_eq!(number(field(&fields, "offset of the footer", trailer)), footer);
    assert_eq!(number(field(&fields, "CRC32C", trailer)), u64::from(crc32c::crc32c(&trailer[..8])));
    assert!(fields[2].1.contains(&hex(&trailer[12..])));
}

#[test]
fn bodies_hold_what_the_document_says() {
    let bytes = tiny::trace();
    let bodies: Vec<_> = tiny::frames(&bytes)
        .into_iter()
        .map(|frame| &bytes[frame.start + FRAME_HEAD_BYTES..frame.end])
        .collect();
    let [header, segment, dropped, counts, ended, tally, counted, unkept, index, footer] =
        bodies[..]
    else {
        panic!("10 frames")
    };
    assert_eq!(codec::decode::<formats::trace::Header>(header).unwrap(), tiny::header());
    assert_eq!(segment[28..], tiny::bytes_of(tiny::WORDS));
    assert_eq!(codec::decode::<(u32, u64, u64)>(dropped).unwrap(), (0, 7, 28));
    // Differences of ids, words and payloads, counts: 300 is ac 02 and 302 is ae 02.
    assert_eq!(counts[28..], [1, 0, 2, 1, 0, 0xac, 2, 1, 1, 64, 0xae, 2]);
    assert_eq!(tally[28..], [0, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 64, 2]);
    assert_eq!(tally[..28], counted[..28]);
    assert_eq!(counted[28..], segment[28..]);
    assert_eq!(unkept.len(), 28);
    assert_eq!(codec::decode::<(u32, Outcome)>(ended).unwrap(), (0, tiny::outcome()));
    let found = tiny::IndexBody::read(index);
    assert_eq!(found, expected_index());
    assert_eq!(found.to_bytes(), index);
    let start = tiny::frames(&bytes)[8].start as u64;
    assert_eq!(codec::decode::<Vec<u64>>(footer).unwrap(), [start]);
}

/// The index of the tiny trace, from what was written.
fn expected_index() -> tiny::IndexBody {
    let infos = [tiny::INFO, tiny::COUNTS_INFO, tiny::COUNTED_INFO, tiny::UNKEPT_INFO];
    let column = |number: fn(&SegmentInfo) -> u64| infos.iter().map(number).collect::<Vec<u64>>();
    let words = 4 * tiny::WORDS.len() as u64;
    let gaps = [
        2 * tiny::INFO.start_ns,
        2 * (tiny::INFO.end_ns - tiny::COUNTS_INFO.start_ns) - 1,
        2 * (tiny::COUNTS_INFO.end_ns - tiny::COUNTED_INFO.start_ns) - 1,
        2 * (tiny::UNKEPT_INFO.start_ns - tiny::COUNTED_INFO.end_ns),
    ];
    let columns = [
        vec![0, 0, 28 + 13 + 1, 0],
        vec![28 + words, 28 + 12, 28 + words, 28],
        vec![words, 12, words, 0],
        column(|info| info.stream.into()),
        column(|info| info.events),
        column(|info| info.end_ns - info.start_ns),
        gaps.to_vec(),
    ];
    let outcomes = vec![(24, (0, tiny::outcome()))];
    tiny::IndexBody { kinds: b"SDCOSU".to_vec(), columns, notes: (outcomes, vec![(3, (0, 7, 28))]) }
}

#[test]
fn the_columns_of_the_index_are_those_of_the_code() {
    let rows = table("### Index", "column");
    let numbers: Vec<String> =
        (1..=expected_index().columns.len()).map(|n| n.to_string()).collect();
    assert_eq!(column(&rows, 0), numbers);
    assert_eq!(column(&table("### Index", "Notes"), 0), ["outcomes", "drops"]);
}

/// The field names of a structure, in the order in which they are written.
struct Fields(Vec<String>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a structure")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = map.next_entry()? {
                    names.push(name);
                }
                Ok(Fields(names))
            }
        }
        deserializer.deserialize_map(FieldsVisitor)
    }
}

/// Compares the table called after the type of `value` with its fields.
fn check_fields<T: Serialize>(value: &T) {
    let name = std::any::type_name::<T>().rsplit("::").next().unwrap();
    let Fields(names) = serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap();
    assert_eq!(column(&table("## A trace", name), 0), names, "{name}");
}

/// Compares the table called after the type of `variants` with their numbers.
fn check_variants<T: Serialize + Debug>(variants: &[T]) {
    let name = std::any::type_name::<T>().rsplit("::").next().unwrap();
    let rows = table("## A trace", name);
    assert_eq!(rows.len(), variants.len(), "{name}");
    for (row, variant) in rows.iter().zip(variants) {
        let debug = format!("{variant:?}");
        assert_eq!(Some(row[0].as_str()), debug.split([' ', '(', '{']).next(), "{name}");
        assert_eq!(row[1], codec::encode(variant)[0].to_string(), "{name}");
    }
}

#[test]
fn structures_are_those_of_the_code() {
    let header = tiny::header();
    check_fields(&header);
    let plan = header.plan;
    check_fields(&plan);
    let function = &plan.functions[0];
    check_fields(function);
    check_fields(&function.blocks[0]);
    check_fields(&function.loops[0]);
    check_fields(&function.regions[0]);
    check_fields(&function.sites[0]);
    let recorded = Recorded { value: Origin::Parameter(0), ty: Scalar::I32, place: Place::Kept };
    check_fields(&recorded);
    let (values, counters) = (vec![recorded], vec![Counter::Block(0)]);
    check_fields(&Nest { outermost: 0, after: None, event: 0, values, counters });
    let Exit::Branch(edges) = &function.blocks[0].exit else { panic!("no branch") };
    check_fields(&edges[0]);
    check_fields(&tiny::outcome());
    check_fields(&tiny::outcome().location.unwrap());
}

#[test]
fn enumerations_are_those_of_the_code() {
    check_variants(&[Detail::Full, Detail::Counts]);
    check_fields(&Sample { share: 1, seed: 0 });
    check_variants(&[
        Exit::Branch(Vec::new()),
        Exit::Call { resume: 0 },
        Exit::TailCall,
        Exit::Return,
        Exit::Throw,
        Exit::Unreachable,
    ]);
    check_variants(&[Scalar::I32, Scalar::I64, Scalar::F32, Scalar::F64]);
    check_variants(&[Counter::Block(0), Counter::Edge { block: 0, edge: 1 }]);
    check_variants(&[Place::Local(0), Place::Global(0), Place::Kept]);
    check_variants(&[
        Origin::Parameter(0),
        Origin::Operator { operator: 0, index: 0 },
        Origin::Local { operator: 0, local: 0 },
        Origin::Stack { operator: 0, depth: 0 },
        Origin::Global(0),
    ]);
    check_variants(&[
        RegionKind::Entry,
        RegionKind::Header,
        RegionKind::Join,
        RegionKind::Resume,
        RegionKind::Landing { operator: 0, clause: 0 },
    ]);
    check_variants(&[
        OutcomeKind::Return,
        OutcomeKind::Exit,
        OutcomeKind::Trap,
        OutcomeKind::Exception,
        OutcomeKind::Unknown,
    ]);
    check_variants(&Bulk::ALL);
}

#[test]
fn the_report_has_the_documented_fields() {
    let fuel = Fuel { total: 0, low: 0, high: 0, confidence: None };
    let cost_model = CostModelReport { name: String::new(), hash: String::new() };
    let outcome = OutcomeReport {
        kind: OutcomeKind::Return,
        code: 0,
        message: None,
        location: None,
        function: Some(1),
    };
    check_fields(&fuel);
    check_fields(&cost_model);
    check_fields(&outcome);
    check_fields(&TraceReport::default());
    let range = report::Range::default();
    let calls = FunctionInterval { calls: range, self_fuel: range };
    let iterations = LoopInterval { iterations: range, self_fuel: range };
    check_fields(&FunctionReport {
        index: 0,
        name: String::new(),
        calls: 0,
        self_fuel: 0,
        total_fuel: None,
        interval: Some(calls),
    });
    check_fields(&LoopReport {
        function: 0,
        operator: 0,
        iterations: 0,
        self_fuel: 0,
        interval: Some(iterations),
    });
    check_fields(&calls);
    check_fields(&iterations);
    check_fields(&range);
    check_fields(&SampleReport::default());
    check_fields(&Report {
        schema: report::SCHEMA.to_owned(),
        mode: Mode::Exact,
        cost_model,
        program: String::new(),
        complete: true,
        fuel,
        outcome,
        trace: TraceReport::default(),
        sample: Some(SampleReport::default()),
        functions: Vec::new(),
        loops: Vec::new(),
        operators: vec![OperatorReport::default()],
    });
    check_fields(&OperatorReport::default());
    assert!(document().contains(&format!("JSON, schema `{}`.", report::SCHEMA)));
}

#[test]
fn the_example_of_a_cost_model_is_one() {
    let document = document();
    let (_, rest) = document.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let model = CostModel::from_toml(example).unwrap();
    assert_eq!((model.name.as_str(), model.per_unit(Bulk::MemoryCopy)), ("mine", 1));
    let keys = table("## Cost models", "key");
    assert_eq!(column(&keys, 0), ["name", "function_entry", "default", "operators", "per_unit"]);
}

/// A part of the file as `hexdump -C` shows it.
fn dump_part(text: &mut String, title: &str, range: Range<usize>, bytes: &[u8]) {
    writeln!(text, "{title}").unwrap();
    for start in range.clone().step_by(16) {
        let row = &bytes[start..range.end.min(start + 16)];
        let ascii: String = row
            .iter()
            .map(|&byte| if byte == b' ' || byte.is_ascii_graphic() { byte as char } else { '.' })
            .collect();
        writeln!(text, "{start:08x}  {:47}  |{ascii}|", hex(row)).unwrap();
    }
}

fn dump() -> String {
    let bytes = tiny::trace();
    let mut text = "```\n".to_owned();
    dump_part(&mut text, "file head", 0..FILE_HEAD_BYTES, &bytes);
    for frame in tiny::frames(&bytes) {
        let title = format!("frame {}", char::from(bytes[frame.start]));
        dump_part(&mut text, &title, frame, &bytes);
    }
    dump_part(&mut text, "trailer", bytes.len() - TRAILER_BYTES..bytes.len(), &bytes);
    text + "```\n"
}

#[test]
fn the_dump_shows_what_is_written() {
    const START: &str = "<!-- dump -->\n";
    const END: &str = "<!-- end of dump -->\n";
    let document = document();
    let (before, rest) = document.split_once(START).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    let expected = dump();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(PATH, [before, START, &expected, END, after].concat()).unwrap();
        return;
    }
    assert_eq!(found, expected, "run with BLESS=1 if the format was meant to change");
}
