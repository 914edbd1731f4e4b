//! The JSON of a report: exactly the fields of schema `wf-report/1`, and no digit lost.

use formats::report::{
    CostModelReport, Detail, Fuel, FunctionInterval, FunctionReport, LoopInterval, LoopReport,
    Mode, OperatorReport, OutcomeKind, OutcomeReport, Range, Report, ReportError, SCHEMA,
    SampleReport, TraceReport,
};

fn report() -> Report {
    Report {
        schema: SCHEMA.to_owned(),
        mode: Mode::Exact,
        cost_model: CostModelReport { name: "unit".to_owned(), hash: "00ff".to_owned() },
        program: "a.wasm".to_owned(),
        complete: true,
        fuel: Fuel {
            total: u128::from(u64::MAX) + 1,
            low: u128::from(u64::MAX) + 1,
            high: u128::MAX,
            confidence: None,
        },
        outcome: OutcomeReport {
            kind: OutcomeKind::Return,
            code: 0,
            message: None,
            location: None,
            function: None,
        },
        trace: TraceReport {
            events: 3,
            segments: 2,
            streams: 1,
            bytes: 99,
            nanoseconds: 1_500,
            dropped_events: 0,
            detail: Detail::Counts,
        },
        sample: None,
        functions: vec![FunctionReport {
            index: 4,
            name: "main".to_owned(),
            calls: 1,
            self_fuel: 10,
            total_fuel: None,
            interval: None,
        }],
        loops: vec![LoopReport {
            function: 4,
            operator: 2,
            iterations: 5,
            self_fuel: 6,
            interval: None,
        }],
        operators: vec![OperatorReport { class: "load".to_owned(), count: 7, fuel: 8 }],
    }
}

const JSON: &str = r#"{
  "schema": "wf-report/1",
  "mode": "exact",
  "cost_model": {
    "name": "unit",
    "hash": "00ff"
  },
  "program": "a.wasm",
  "complete": true,
  "fuel": {
    "total": 18446744073709551616,
    "low": 18446744073709551616,
    "high": 340282366920938463463374607431768211455,
    "confidence": null
  },
  "outcome": {
    "kind": "return",
    "code": 0,
    "message": null,
    "location": null
  },
  "trace": {
    "events": 3,
    "segments": 2,
    "streams": 1,
    "bytes": 99,
    "nanoseconds": 1500,
    "dropped_events": 0,
    "detail": "counts"
  },
  "functions": [
    {
      "index": 4,
      "name": "main",
      "calls": 1,
      "self": 10,
      "total": null
    }
  ],
  "loops": [
    {
      "function": 4,
      "operator": 2,
      "iterations": 5,
      "self": 6
    }
  ],
  "operators": [
    {
      "class": "load",
      "count": 7,
      "fuel": 8
    }
  ]
}
"#;

#[test]
fn an_estimate_has_its_sample_and_its_intervals() {
    let range = |low, high| Range { low, high };
    let mut estimate = Report {
        mode: Mode::Approx,
        sample: Some(SampleReport { most: None, least: 4, ..SampleReport::default() }),
        ..report()
    };
    let calls = range(1, 2);
    estimate.functions[0].interval = Some(FunctionInterval { calls, self_fuel: range(9, 11) });
    let iterations = range(0, u128::MAX);
    estimate.loops[0].interval = Some(LoopInterval { iterations, self_fuel: range(5, 7) });
    let json = estimate.to_json();
    for part in ["\"mode\": \"approx\"", "\"sample\": {", "\"most\": null", "\"interval\": {"] {
        assert!(json.contains(part), "{part}: {json}");
    }
    assert_eq!(Report::from_json(&json).unwrap(), estimate);
}

#[test]
fn a_report_has_the_fields_of_its_schema() {
    assert_eq!(report().to_json(), JSON);
}

#[test]
fn a_report_comes_back_to_the_last_digit() {
    assert_eq!(Report::from_json(JSON).unwrap(), report());
}

#[test]
fn fields_that_a_later_version_adds_are_ignored() {
    let json = JSON.replace("\"complete\": true,", "\"complete\": true, \"new\": [{}],");
    assert_eq!(Report::from_json(&json).unwrap(), report());
}

#[test]
fn other_schemas_are_named() {
    let json = JSON.replace("wf-report/1", "wf-report/2");
    let error = Report::from_json(&json).unwrap_err();
    assert!(matches!(&error, ReportError::OtherSchema { found } if found == "wf-report/2"));
    assert_eq!(
        error.to_string(),
        "the report has the schema \"wf-report/2\", this version reads \"wf-report/1\""
    );
    assert!(matches!(Report::from_json("{}"), Err(ReportError::Json(_))));
}

#[test]
fn kinds_and_modes_are_written_as_documented() {
    let kinds = [
        (OutcomeKind::Return, "\"return\""),
        (OutcomeKind::Exit, "\"exit\""),
        (OutcomeKind::Trap, "\"trap\""),
        (OutcomeKind::Exception, "\"exception\""),
        (OutcomeKind::Unknown, "\"unknown\""),
    ];
    for (kind, json) in kinds {
        assert_eq!(serde_json::to_string(&kind).unwrap(), json);
    }
    assert_eq!(serde_json::to_string(&Mode::Approx).unwrap(), "\"approx\"");
}
