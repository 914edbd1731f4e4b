//! Cost models as TOML: what is written is what is read, and every mistake is named.

use formats::cost_model::{BUILTIN_NAMES, Bulk, CostModel, CostModelError};
use formats::limits::MAX_COST_MODEL_BYTES;
use formats::operators::{OPERATOR_COUNT, Opcode};

fn opcode(name: &str) -> Opcode {
    Opcode::from_name(name).unwrap()
}

/// A model in which every price differs.
fn motley() -> CostModel {
    let mut model = CostModel::flat("a \"quoted\" name\nwith two lines", 0);
    model.function_entry = u32::MAX;
    for (cost, operator) in (1000..).zip(Opcode::all()) {
        model.set_operator(operator, cost);
    }
    for (cost, bulk) in (5..).zip(Bulk::ALL) {
        model.set_per_unit(bulk, cost);
    }
    model
}

fn error(text: &str) -> CostModelError {
    CostModel::from_toml(text).unwrap_err()
}

fn message(text: &str) -> String {
    error(text).to_string()
}

/// A model with `lines` added to its table `[operators]`; the first of them is line 4.
fn with_operators(lines: &str) -> String {
    format!("name = \"mine\"\ndefault = 1\n[operators]\n{lines}\n")
}

#[test]
fn every_model_comes_back_from_toml() {
    let builtin = BUILTIN_NAMES.iter().map(|name| CostModel::builtin(name).unwrap());
    for model in builtin.chain([motley()]) {
        let text = model.to_toml();
        let read = CostModel::from_toml(&text).unwrap();
        assert_eq!(read, model);
        assert_eq!(read.hash(), model.hash());
        assert_eq!(read.to_toml(), text);
    }
}

#[test]
fn a_written_model_lists_everything() {
    let text = CostModel::builtin("wasmtime-48").unwrap().to_toml();
    for operator in Opcode::all() {
        assert!(text.contains(&format!("\n\"{}\" = ", operator.name())), "{}", operator.name());
    }
    assert!(text.contains("\n\"memory.grow\" = 0 # per page\n"));
    assert!(text.contains("\n\"table.fill\" = 1 # per element\n"));
    assert!(text.contains("\nfunction_entry = 1\n"));
    assert!(text.contains("\ndefault = 1\n"));
    assert_eq!(text.matches("\" = ").count(), OPERATOR_COUNT + Bulk::ALL.len());
}

#[test]
fn hashes_stay_the_same_from_version_to_version() {
    // Reports are compared by them: change one only when the prices changed.
    let hashes: Vec<_> = BUILTIN_NAMES
        .iter()
        .map(|name| format!("{name} {}", CostModel::builtin(name).unwrap().hash()))
        .collect();
    assert_eq!(
        hashes,
        [
            "wasmtime c48180adc893276d",
            "wasmtime-48 c48180adc893276d",
            "wasmtime-45 c1a46360febae1d4",
            "unit 6266ea1a4726513d",
        ]
    );
}

#[test]
fn a_short_file_is_enough() {
    let model = CostModel::from_toml("name = \"mine\"\ndefault = 3").unwrap();
    assert_eq!(model, CostModel::flat("mine", 3));
}

#[test]
fn listed_operators_differ_from_the_default() {
    let text = with_operators("\"i32.add\" = 7\nnop = 0x10\n\"select\" = 1_000");
    let model = CostModel::from_toml(&text).unwrap();
    assert_eq!(model.operator(opcode("i32.add")), 7);
    assert_eq!(model.operator(opcode("nop")), 16);
    assert_eq!(model.operator(opcode("select")), 1000);
    assert_eq!(model.operator(opcode("i32.sub")), 1);
}

#[test]
fn a_misspelt_operator_is_named_with_its_line_and_the_nearest_one() {
    let misspelt = [
        ("i32.ad", "i32.add"),
        ("i32.dd", "i32.add"),
        ("i64.div", "i64.div_s"),
        ("memory.cpoy", "memory.copy"),
        ("local_get", "local.get"),
        ("brif", "br_if"),
        ("loops", "loop"),
        ("callindirect", "call_indirect"),
        ("i32.lt", "i32.lt_s"),
        ("i32.const32", "i32.const"),
        ("v128.ld", "v128.load"),
        ("memmory.fill", "memory.fill"),
    ];
    for (name, nearest) in misspelt {
        let text = with_operators(&format!("nop = 0\n\"{name}\" = 1"));
        assert_eq!(
            error(&text),
            CostModelError::UnknownOperator { line: 5, name: name.to_owned(), nearest }
        );
    }
    assert_eq!(
        message(&with_operators("\"i32.ad\" = 1")),
        "line 4: unknown operator `i32.ad`; did you mean `i32.add`?"
    );
}

#[test]
fn an_operator_without_units_has_no_price_per_unit() {
    let text = "name = \"mine\"\ndefault = 1\n[per_unit]\n\"memory.cop\" = 1";
    assert_eq!(
        message(text),
        "line 4: `memory.cop` is no operator with bytes, pages or elements; \
         did you mean `memory.copy`?"
    );
    let text = "name = \"mine\"\ndefault = 1\n[per_unit]\n\"i32.add\" = 1";
    assert!(matches!(error(text), CostModelError::UnknownBulk { line: 4, .. }));
}

#[test]
fn costs_that_are_no_32_bit_integers_are_refused() {
    let refused = [
        ("-1", "-1"),
        ("4294967296", "4294967296"),
        ("99999999999999999999999999", "99999999999999999999999999"),
        ("1.5", "1.5"),
        ("\"1\"", "a value of type string"),
        ("true", "a value of type boolean"),
        ("[1]", "a value of type array"),
    ];
    for (cost, found) in refused {
        let text = with_operators(&format!("nop = {cost}"));
        let expected =
            format!("line 4: `nop` must cost an integer from 0 to 4294967295, not {found}");
        assert_eq!(message(&text), expected);
    }
    let text = "name = \"mine\"\ndefault = 1\nfunction_entry = -5";
    assert!(matches!(error(text), CostModelError::InvalidCost { line: 3, .. }));
    let model = CostModel::from_toml(&with_operators("nop = 4294967295")).unwrap();
    assert_eq!(model.operator(opcode("nop")), u32::MAX);
}

#[test]
fn names_with_a_dot_have_to_be_quoted() {
    assert_eq!(
        message(&with_operators("i32.add = 1")),
        "line 4: quote names that have a dot: write \"i32.add\" = …"
    );
}

#[test]
fn unknown_keys_and_wrong_types_are_refused() {
    assert_eq!(
        message("name = \"mine\"\ndefualt = 1"),
        "line 2: unknown key `defualt`; the keys are `name`, `function_entry`, `default`, \
         `[operators]` and `[per_unit]`"
    );
    assert_eq!(message("name = 1\ndefault = 1"), "line 1: `name` must be a string, not integer");
    let text = "name = \"mine\"\ndefault = 1\noperators = 4";
    assert_eq!(message(text), "line 3: `operators` must be a table, not integer");
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(error("default = 1"), CostModelError::NoName);
    let text = "name = \"mine\"\n[operators]\nunreachable = 0";
    let missing = OPERATOR_COUNT - 1;
    assert_eq!(error(text), CostModelError::NoDefault { missing, first: "nop" });
    // A complete list needs no default.
    let complete = motley().to_toml().replace("\ndefault = ", "\n# ");
    assert_eq!(CostModel::from_toml(&complete).unwrap(), motley());
}

#[test]
fn text_that_is_no_toml_is_refused_with_its_line() {
    assert!(matches!(error("name = \"mine\"\n[operators"), CostModelError::Syntax { line: 2, .. }));
    let twice = with_operators("nop = 1\nnop = 2");
    assert!(matches!(error(&twice), CostModelError::Syntax { line: 5, .. }), "{:?}", error(&twice));
}

#[test]
fn a_file_that_is_too_long_is_refused() {
    let text = " ".repeat(MAX_COST_MODEL_BYTES + 1);
    assert!(matches!(error(&text), CostModelError::TooLong { .. }));
    let longest = &text[1..];
    assert!(!matches!(error(longest), CostModelError::TooLong { .. }), "it may be that long");
    // The longest name that fits is compared with all operators in reasonable time.
    let name = "x".repeat(MAX_COST_MODEL_BYTES - 100);
    let text = with_operators(&format!("\"{name}\" = 1"));
    assert!(matches!(error(&text), CostModelError::UnknownOperator { .. }));
}
