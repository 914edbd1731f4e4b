//! Gives every decoded operator its place in the cost models, and Wasmtime's table its prices.
//!
//! Both come from `wasmparser`'s list of operators, whose `visit_*` names become text names by
//! the rules of the text format: the type or noun in front of the first underscore is followed by
//! a dot.

use std::collections::HashMap;
use std::sync::LazyLock;

use formats::operators::Opcode;
use wasmparser::Operator;
use wasmtime::OperatorCost;

/// First words that a dot follows in the text format.
const NAMESPACES: &[&str] = &[
    "i32", "i64", "f32", "f64", "v128", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2",
    "local", "global", "table", "memory", "data", "elem", "ref", "struct", "array", "any",
    "extern", "i31", "atomic",
];

macro_rules! define_operator_tables {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        const VISITS: &[&str] = &[$(stringify!($visit)),*];

        fn visit_of(operator: &Operator<'_>) -> Option<&'static str> {
            Some(match operator {
                $(Operator::$op $({ $($arg: _),* })? => stringify!($visit),)*
                _ => return None,
            })
        }

        /// Wasmtime's flat cost table with `price` asked for every operator that has an opcode.
        /// Gives `None` as soon as `price` does.
        pub(super) fn flat_costs(price: impl Fn(Opcode) -> Option<u8>) -> Option<OperatorCost> {
            let mut costs = OperatorCost::new();
            $(if let Some(&opcode) = OPCODES.get(stringify!($visit)) {
                costs.$op = price(opcode)?;
            })*
            Some(costs)
        }
    };
}

wasmparser::for_each_operator!(define_operator_tables);

/// Opcodes by `visit_*` name.
static OPCODES: LazyLock<HashMap<&'static str, Opcode>> = LazyLock::new(|| {
    let priced = |visit: &&'static str| Some((*visit, Opcode::from_name(&text_name(visit))?));
    VISITS.iter().filter_map(priced).collect()
});

/// The operator's place in the cost models, or `None` when cost models do not know it.
pub fn opcode(operator: &Operator<'_>) -> Option<Opcode> {
    OPCODES.get(visit_of(operator)?).copied()
}

/// Every opcode that some decoded operator stands for.
pub fn reachable_opcodes() -> impl Iterator<Item = Opcode> {
    OPCODES.values().copied()
}

fn text_name(visit: &str) -> String {
    let name = visit.strip_prefix("visit_").unwrap_or(visit);
    match name {
        "typed_select" | "typed_select_multi" => return "select".into(),
        "ref_test_non_null" | "ref_test_nullable" => return "ref.test".into(),
        "ref_cast_non_null" | "ref_cast_nullable" => return "ref.cast".into(),
        _ => {}
    }
    match name.split_once('_') {
        Some((first, rest)) if NAMESPACES.contains(&first) => {
            format!("{first}.{}", atomic_name(rest))
        }
        _ => name.to_owned(),
    }
}

/// `atomic_rmw8_add_u` is spelt `atomic.rmw8.add_u`, `atomic_load8_u` is spelt `atomic.load8_u`.
fn atomic_name(rest: &str) -> String {
    let Some(action) = rest.strip_prefix("atomic_") else { return rest.to_owned() };
    match action.split_once('_') {
        Some((width, operation)) if width.starts_with("rmw") => {
            format!("atomic.{width}.{operation}")
        }
        _ => format!("atomic.{action}"),
    }
}
