//! From decoded operators to the [`Opcode`]s that cost models price, and to the [`Bulk`] operators
//! whose work depends on a run-time value.

use std::sync::LazyLock;

use formats::cost_model::Bulk;
use formats::operators::Opcode;
use wasmparser::Operator;

use crate::module::Module;

macro_rules! define_lookup {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        /// Each operator of the parser, in the parser's order.
        #[allow(clippy::upper_case_acronyms, missing_docs)]
        #[derive(Clone, Copy)]
        enum Variant { $($op),* }

        /// For each [`Variant`] the parser's name of its visitor method.
        const VISITORS: &[&str] = &[$(stringify!($visit)),*];

        fn variant(operator: &Operator<'_>) -> Option<Variant> {
            match operator {
                $(Operator::$op $({ $($arg: _),* })? => Some(Variant::$op),)*
                _ => None,
            }
        }
    };
}

wasmparser::for_each_operator!(define_lookup);

/// For each [`Variant`] its opcode; `None` for operators of proposals that are not supported.
static OPCODES: LazyLock<Vec<Option<Opcode>>> =
    LazyLock::new(|| NAMES.iter().map(|name| Opcode::from_name(name)).collect());

/// For each [`Variant`] the text format's name.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    VISITORS.iter().map(|visitor| text_name(visitor.trim_start_matches("visit_"))).collect()
});

/// Prefixes that the text format sets off with a dot.
const PREFIXES: &[&str] = &[
    "i32", "i64", "f32", "f64", "v128", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2",
    "local", "global", "table", "memory", "ref", "struct", "array", "i31", "any", "extern", "data",
    "elem", "atomic", "cont",
];

/// The text format's name for what the parser calls `name`: `i32_add` is `i32.add`.
fn text_name(name: &str) -> String {
    match name {
        "typed_select" | "typed_select_multi" => return "select".to_string(),
        "ref_test_non_null" | "ref_test_nullable" => return "ref.test".to_string(),
        "ref_cast_non_null" | "ref_cast_nullable" => return "ref.cast".to_string(),
        "ref_cast_desc_eq_non_null" | "ref_cast_desc_eq_nullable" => {
            return "ref.cast_desc_eq".to_string();
        }
        _ => {}
    }
    let Some((prefix, rest)) = name.split_once('_').filter(|(p, _)| PREFIXES.contains(p)) else {
        return name.to_string();
    };
    let Some(atomic) = rest.strip_prefix("atomic_") else {
        return format!("{prefix}.{rest}");
    };
    match atomic.split_once('_').filter(|(width, _)| width.starts_with("rmw")) {
        Some((width, operation)) => format!("{prefix}.atomic.{width}.{operation}"),
        None => format!("{prefix}.atomic.{atomic}"),
    }
}

/// The opcode of `operator`; `None` when no supported proposal has it.
pub fn opcode(operator: &Operator<'_>) -> Option<Opcode> {
    OPCODES[variant(operator)? as usize]
}

/// The text format's name of `operator`; empty for operators that the parser's own table lacks.
pub fn name(operator: &Operator<'_>) -> &'static str {
    variant(operator).map_or("", |variant| &NAMES[variant as usize])
}

/// The text format's names of all operators, in the order of [`wasmparser::for_each_operator`].
pub(crate) fn names() -> &'static [String] {
    &NAMES
}

/// The bulk operation that `operator` performs, and whether its units are a 64-bit value.
///
/// The units are the operand on top of the stack, for each of these operators.
pub fn bulk(module: &Module<'_>, operator: &Operator<'_>) -> Option<(Bulk, bool)> {
    let memory64 = |index: u32| module.memory64[index as usize];
    let table64 = |index: u32| module.table64[index as usize];
    Some(match *operator {
        Operator::MemoryCopy { dst_mem, src_mem } => {
            (Bulk::MemoryCopy, memory64(dst_mem) && memory64(src_mem))
        }
        Operator::MemoryFill { mem } => (Bulk::MemoryFill, memory64(mem)),
        Operator::MemoryInit { .. } => (Bulk::MemoryInit, false),
        Operator::MemoryGrow { mem } => (Bulk::MemoryGrow, memory64(mem)),
        Operator::TableCopy { dst_table, src_table } => {
            (Bulk::TableCopy, table64(dst_table) && table64(src_table))
        }
        Operator::TableFill { table } => (Bulk::TableFill, table64(table)),
        Operator::TableInit { .. } => (Bulk::TableInit, false),
        Operator::TableGrow { table } => (Bulk::TableGrow, table64(table)),
        Operator::ArrayCopy { .. } => (Bulk::ArrayCopy, false),
        Operator::ArrayFill { .. } => (Bulk::ArrayFill, false),
        Operator::ArrayNew { .. } => (Bulk::ArrayNew, false),
        Operator::ArrayNewDefault { .. } => (Bulk::ArrayNewDefault, false),
        Operator::ArrayNewData { .. } => (Bulk::ArrayNewData, false),
        Operator::ArrayNewElem { .. } => (Bulk::ArrayNewElem, false),
        Operator::ArrayInitData { .. } => (Bulk::ArrayInitData, false),
        Operator::ArrayInitElem { .. } => (Bulk::ArrayInitElem, false),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::operators::OPERATOR_NAMES;

    #[test]
    fn text_names_follow_the_text_format() {
        for (parser, text) in [
            ("i32_add", "i32.add"),
            ("br_if", "br_if"),
            ("i64_atomic_rmw8_cmpxchg_u", "i64.atomic.rmw8.cmpxchg_u"),
            ("i32_atomic_load8_u", "i32.atomic.load8_u"),
            ("memory_atomic_wait32", "memory.atomic.wait32"),
            ("v128_load8x8_s", "v128.load8x8_s"),
            ("any_convert_extern", "any.convert_extern"),
            ("return_call_indirect", "return_call_indirect"),
            ("typed_select", "select"),
        ] {
            assert_eq!(text_name(parser), text);
        }
    }

    #[test]
    fn every_priced_operator_is_known_to_the_parser() {
        let known: Vec<_> = OPCODES.iter().flatten().map(|opcode| opcode.name()).collect();
        for name in OPERATOR_NAMES {
            assert!(known.contains(name), "{name} is priced but no operator has this name");
        }
    }

    #[test]
    fn only_operators_of_unsupported_proposals_have_no_price() {
        let unpriced: Vec<_> = VISITORS
            .iter()
            .zip(OPCODES.iter())
            .filter(|(_, opcode)| opcode.is_none())
            .map(|(visitor, _)| text_name(visitor.trim_start_matches("visit_")))
            .collect();
        for name in unpriced {
            let unsupported =
                ["try", "catch", "rethrow", "delegate", "catch_all", "memory.discard"]
                    .contains(&name.as_str())
                    || ["cont.", "suspend", "resume", "switch"].iter().any(|p| name.starts_with(p))
                    || ["global.atomic", "table.atomic", "struct.atomic", "array.atomic"]
                        .iter()
                        .any(|p| name.starts_with(p))
                    || name.contains("desc")
                    || name == "ref.i31_shared";
            assert!(unsupported, "{name} has no price");
        }
    }
}
