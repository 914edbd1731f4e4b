use std::time::Duration;

use formats::report::{
    CostModelReport, Detail, Fuel, FunctionReport, Mode, OperatorReport, OutcomeKind,
    OutcomeReport, Report, SCHEMA, TraceReport,
};
use serde_json::Value;

use super::*;
use crate::analysis::{Analysis, Stats};
use crate::names::FunctionNames;
use crate::profile::Stretch;
use crate::tree::{CallNode, CallTree};

const HOSTILE: &str = "</script><img src=x onerror=alert(1)>";

/// The profile of a program that did nothing.
fn empty() -> Profile {
    let outcome = OutcomeReport {
        kind: OutcomeKind::Return,
        code: 0,
        message: None,
        location: None,
        function: None,
    };
    let report = Report {
        schema: SCHEMA.to_string(),
        mode: Mode::Exact,
        cost_model: CostModelReport { name: "unit".to_string(), hash: "0".repeat(16) },
        program: "nothing.wasm".to_string(),
        complete: true,
        fuel: Fuel { total: 0, low: 0, high: 0, confidence: None },
        outcome,
        trace: TraceReport { detail: Detail::Full, ..TraceReport::default() },
        sample: None,
        functions: Vec::new(),
        loops: Vec::new(),
        operators: Vec::new(),
    };
    let stats = Stats { count_time: Duration::ZERO, ..Stats::default() };
    Profile {
        analysis: Analysis { report, notes: Vec::new(), stats },
        names: FunctionNames::default(),
        tree: CallTree::default(),
        timeline: Vec::new(),
        code: Vec::new(),
    }
}

/// With one function named `name` that cost `fuel`.
fn with_function(name: &str, fuel: u128) -> Profile {
    let mut profile = empty();
    let report = &mut profile.analysis.report;
    report.fuel = Fuel { total: fuel, low: fuel, high: fuel, confidence: None };
    report.functions = vec![FunctionReport {
        index: 3,
        name: name.to_string(),
        calls: 1,
        self_fuel: fuel,
        total_fuel: Some(fuel),
        interval: None,
    }];
    profile.tree.nodes = vec![CallNode { parent: None, function: 3, calls: 1, fuel }];
    profile.timeline = vec![Stretch { stream: 0, start_ns: 0, end_ns: 1000, fuel }];
    let class = "load".to_string();
    profile.analysis.report.operators = vec![OperatorReport { class, count: fuel, fuel }];
    profile
}

fn html(profile: &Profile) -> String {
    let mut bytes = Vec::new();
    page(profile, &mut bytes).expect("a vector takes everything");
    String::from_utf8(bytes).expect("text")
}

/// The text of the element with the data.
fn data_of(html: &str) -> &str {
    let (_, after) = html.split_once("id=\"data\">").expect("data");
    after.split_once("</script>").expect("an end").0
}

fn json_of(html: &str) -> Value {
    serde_json::from_str(data_of(html)).expect("JSON")
}

#[test]
fn a_name_can_not_end_the_element_that_it_stands_in() {
    let mut profile = with_function(HOSTILE, 7);
    profile.analysis.report.program = HOSTILE.to_string();
    profile.analysis.notes.push(HOSTILE.to_string());
    let html = html(&profile);
    assert!(!html.contains("<img"));
    assert!(!data_of(&html).contains('<'));
    let json = json_of(&html);
    assert_eq!(json["names"][0][1], HOSTILE);
    assert_eq!(json["summary"]["program"], HOSTILE);
    assert_eq!(json["summary"]["notes"][0], HOSTILE);
}

#[test]
fn names_can_not_turn_the_text_around() {
    let json = json_of(&html(&with_function("a\u{202e}b\u{7}", 7)));
    assert_eq!(json["names"][0][1], "a\\u{202e}b\\u{7}");
}

#[test]
fn names_like_placeholders_stay_as_they_are() {
    let html = html(&with_function("{{script}}{{nothing}}", 7));
    assert_eq!(json_of(&html)["names"][0][1], "{{script}}{{nothing}}");
}

#[test]
fn fuel_beyond_64_bits_is_exact() {
    let fuel = u128::MAX - 1;
    let json = json_of(&html(&with_function("f", fuel)));
    let digits = Value::from(fuel.to_string());
    assert_eq!(json["summary"]["total"], digits);
    assert_eq!(json["functions"][0][2], digits);
    assert_eq!(json["flame"]["frames"][1][4], digits);
    assert_eq!(json["operators"][0][2], digits);
    let points = json["timeline"]["fuel"].as_array().expect("points");
    let spent = points.iter().map(|point| point.as_str().expect("digits").parse::<u128>());
    assert_eq!(spent.map(|spent| spent.expect("digits")).sum::<u128>(), fuel);
}

#[test]
fn a_program_that_did_nothing_has_a_page() {
    let html = html(&empty());
    let json = json_of(&html);
    assert_eq!(json["summary"]["total"], "0");
    assert_eq!(json["summary"]["badges"][0]["text"], "exact");
    assert_eq!(json["timeline"], Value::Null);
    assert!(json["flame"]["missing"].is_string());
    assert!(html.ends_with("</html>\n"));
}

#[test]
fn badges_say_how_far_to_trust_the_total() {
    let badges = |change: fn(&mut Report)| {
        let mut profile = with_function("f", 1000);
        change(&mut profile.analysis.report);
        let json = json_of(&html(&profile));
        let badges = json["summary"]["badges"].as_array().expect("badges").clone();
        let texts = badges.iter().map(|badge| badge["text"].as_str().expect("text").to_string());
        texts.collect::<Vec<String>>()
    };
    assert_eq!(badges(|_| ()), ["exact"]);
    assert_eq!(badges(|report| report.complete = false), ["incomplete"]);
    assert_eq!(badges(|report| report.fuel.high = 1001), ["interval"]);
    let estimate = |report: &mut Report| {
        report.mode = Mode::Approx;
        report.complete = false;
        report.fuel = Fuel { total: 1000, low: 990, high: 1020, confidence: Some(0.95) };
    };
    assert_eq!(badges(estimate), ["estimate ±2.0 %", "incomplete"]);
    assert_eq!(badges(|report| report.outcome.kind = OutcomeKind::Trap), ["exact", "trapped"]);
}

#[test]
fn the_style_and_the_script_end_where_they_should() {
    let html = html(&empty());
    assert_eq!(html.matches("</script").count(), 2);
    assert_eq!(html.matches("</style").count(), 1);
    assert!(!SCRIPT.contains("<!--"));
}

#[test]
fn the_policy_allows_the_page_alone() {
    let policy = policy();
    assert!(policy.starts_with("default-src 'none'; "));
    assert!(!policy.contains("unsafe"));
    assert!(html(&empty()).contains(&policy));
}

#[test]
fn scripts_build_no_markup_of_text() {
    for word in
        ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch("]
    {
        assert!(!SCRIPT.contains(word), "{word}");
    }
}

#[test]
fn base64_is_that_of_the_rfc() {
    let vectors =
        [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
    for (bytes, text) in vectors {
        assert_eq!(base64(bytes.as_bytes()), text);
    }
}
