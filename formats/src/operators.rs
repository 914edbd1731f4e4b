//! The text names of the WebAssembly operators that can be priced, as the text format spells them.
//!
//! Typed and untyped `select`, and the nullable and non-null forms of `ref.test` and `ref.cast`,
//! share a text name and so a price.

/// Number of operators.
pub const OPERATOR_COUNT: usize = OPERATOR_NAMES.len();

/// The text name of each [`Opcode`], in the order of the specification's binary encoding,
/// proposal by proposal.
#[rustfmt::skip]
pub const OPERATOR_NAMES: &[&str] = &[
    "unreachable", "nop", "block", "loop", "if", "else", "end", "br", "br_if", "br_table", "return",
    "call", "call_indirect", "drop", "select", "local.get", "local.set", "local.tee", "global.get",
    "global.set", "i32.load", "i64.load", "f32.load", "f64.load", "i32.load8_s", "i32.load8_u",
    "i32.load16_s", "i32.load16_u", "i64.load8_s", "i64.load8_u", "i64.load16_s", "i64.load16_u",
    "i64.load32_s", "i64.load32_u", "i32.store", "i64.store", "f32.store", "f64.store",
    "i32.store8", "i32.store16", "i64.store8", "i64.store16", "i64.store32", "memory.size",
    "memory.grow", "i32.const", "i64.const", "f32.const", "f64.const", "i32.eqz", "i32.eq",
    "i32.ne", "i32.lt_s", "i32.lt_u", "i32.gt_s", "i32.gt_u", "i32.le_s", "i32.le_u", "i32.ge_s",
    "i32.ge_u", "i64.eqz", "i64.eq", "i64.ne", "i64.lt_s", "i64.lt_u", "i64.gt_s", "i64.gt_u",
    "i64.le_s", "i64.le_u", "i64.ge_s", "i64.ge_u", "f32.eq", "f32.ne", "f32.lt", "f32.gt",
    "f32.le", "f32.ge", "f64.eq", "f64.ne", "f64.lt", "f64.gt", "f64.le", "f64.ge", "i32.clz",
    "i32.ctz", "i32.popcnt", "i32.add", "i32.sub", "i32.mul", "i32.div_s", "i32.div_u", "i32.rem_s",
    "i32.rem_u", "i32.and", "i32.or", "i32.xor", "i32.shl", "i32.shr_s", "i32.shr_u", "i32.rotl",
    "i32.rotr", "i64.clz", "i64.ctz", "i64.popcnt", "i64.add", "i64.sub", "i64.mul", "i64.div_s",
    "i64.div_u", "i64.rem_s", "i64.rem_u", "i64.and", "i64.or", "i64.xor", "i64.shl", "i64.shr_s",
    "i64.shr_u", "i64.rotl", "i64.rotr", "f32.abs", "f32.neg", "f32.ceil", "f32.floor", "f32.trunc",
    "f32.nearest", "f32.sqrt", "f32.add", "f32.sub", "f32.mul", "f32.div", "f32.min", "f32.max",
    "f32.copysign", "f64.abs", "f64.neg", "f64.ceil", "f64.floor", "f64.trunc", "f64.nearest",
    "f64.sqrt", "f64.add", "f64.sub", "f64.mul", "f64.div", "f64.min", "f64.max", "f64.copysign",
    "i32.wrap_i64", "i32.trunc_f32_s", "i32.trunc_f32_u", "i32.trunc_f64_s", "i32.trunc_f64_u",
    "i64.extend_i32_s", "i64.extend_i32_u", "i64.trunc_f32_s", "i64.trunc_f32_u", "i64.trunc_f64_s",
    "i64.trunc_f64_u", "f32.convert_i32_s", "f32.convert_i32_u", "f32.convert_i64_s",
    "f32.convert_i64_u", "f32.demote_f64", "f64.convert_i32_s", "f64.convert_i32_u",
    "f64.convert_i64_s", "f64.convert_i64_u", "f64.promote_f32", "i32.reinterpret_f32",
    "i64.reinterpret_f64", "f32.reinterpret_i32", "f64.reinterpret_i64", "i32.extend8_s",
    "i32.extend16_s", "i64.extend8_s", "i64.extend16_s", "i64.extend32_s", "ref.eq", "struct.new",
    "struct.new_default", "struct.get", "struct.get_s", "struct.get_u", "struct.set", "array.new",
    "array.new_default", "array.new_fixed", "array.new_data", "array.new_elem", "array.get",
    "array.get_s", "array.get_u", "array.set", "array.len", "array.fill", "array.copy",
    "array.init_data", "array.init_elem", "ref.test", "ref.cast", "br_on_cast", "br_on_cast_fail",
    "any.convert_extern", "extern.convert_any", "ref.i31", "i31.get_s", "i31.get_u",
    "i32.trunc_sat_f32_s", "i32.trunc_sat_f32_u", "i32.trunc_sat_f64_s", "i32.trunc_sat_f64_u",
    "i64.trunc_sat_f32_s", "i64.trunc_sat_f32_u", "i64.trunc_sat_f64_s", "i64.trunc_sat_f64_u",
    "memory.init", "data.drop", "memory.copy", "memory.fill", "table.init", "elem.drop",
    "table.copy", "ref.null", "ref.is_null", "ref.func", "table.fill", "table.get", "table.set",
    "table.grow", "table.size", "return_call", "return_call_indirect", "memory.atomic.notify",
    "memory.atomic.wait32", "memory.atomic.wait64", "atomic.fence", "i32.atomic.load",
    "i64.atomic.load", "i32.atomic.load8_u", "i32.atomic.load16_u", "i64.atomic.load8_u",
    "i64.atomic.load16_u", "i64.atomic.load32_u", "i32.atomic.store", "i64.atomic.store",
    "i32.atomic.store8", "i32.atomic.store16", "i64.atomic.store8", "i64.atomic.store16",
    "i64.atomic.store32", "i32.atomic.rmw.add", "i64.atomic.rmw.add", "i32.atomic.rmw8.add_u",
    "i32.atomic.rmw16.add_u", "i64.atomic.rmw8.add_u", "i64.atomic.rmw16.add_u",
    "i64.atomic.rmw32.add_u", "i32.atomic.rmw.sub", "i64.atomic.rmw.sub", "i32.atomic.rmw8.sub_u",
    "i32.atomic.rmw16.sub_u", "i64.atomic.rmw8.sub_u", "i64.atomic.rmw16.sub_u",
    "i64.atomic.rmw32.sub_u", "i32.atomic.rmw.and", "i64.atomic.rmw.and", "i32.atomic.rmw8.and_u",
    "i32.atomic.rmw16.and_u", "i64.atomic.rmw8.and_u", "i64.atomic.rmw16.and_u",
    "i64.atomic.rmw32.and_u", "i32.atomic.rmw.or", "i64.atomic.rmw.or", "i32.atomic.rmw8.or_u",
    "i32.atomic.rmw16.or_u", "i64.atomic.rmw8.or_u", "i64.atomic.rmw16.or_u",
    "i64.atomic.rmw32.or_u", "i32.atomic.rmw.xor", "i64.atomic.rmw.xor", "i32.atomic.rmw8.xor_u",
    "i32.atomic.rmw16.xor_u", "i64.atomic.rmw8.xor_u", "i64.atomic.rmw16.xor_u",
    "i64.atomic.rmw32.xor_u", "i32.atomic.rmw.xchg", "i64.atomic.rmw.xchg",
    "i32.atomic.rmw8.xchg_u", "i32.atomic.rmw16.xchg_u", "i64.atomic.rmw8.xchg_u",
    "i64.atomic.rmw16.xchg_u", "i64.atomic.rmw32.xchg_u", "i32.atomic.rmw.cmpxchg",
    "i64.atomic.rmw.cmpxchg", "i32.atomic.rmw8.cmpxchg_u", "i32.atomic.rmw16.cmpxchg_u",
    "i64.atomic.rmw8.cmpxchg_u", "i64.atomic.rmw16.cmpxchg_u", "i64.atomic.rmw32.cmpxchg_u",
    "v128.load", "v128.load8x8_s", "v128.load8x8_u", "v128.load16x4_s", "v128.load16x4_u",
    "v128.load32x2_s", "v128.load32x2_u", "v128.load8_splat", "v128.load16_splat",
    "v128.load32_splat", "v128.load64_splat", "v128.load32_zero", "v128.load64_zero", "v128.store",
    "v128.load8_lane", "v128.load16_lane", "v128.load32_lane", "v128.load64_lane",
    "v128.store8_lane", "v128.store16_lane", "v128.store32_lane", "v128.store64_lane", "v128.const",
    "i8x16.shuffle", "i8x16.extract_lane_s", "i8x16.extract_lane_u", "i8x16.replace_lane",
    "i16x8.extract_lane_s", "i16x8.extract_lane_u", "i16x8.replace_lane", "i32x4.extract_lane",
    "i32x4.replace_lane", "i64x2.extract_lane", "i64x2.replace_lane", "f32x4.extract_lane",
    "f32x4.replace_lane", "f64x2.extract_lane", "f64x2.replace_lane", "i8x16.swizzle",
    "i8x16.splat", "i16x8.splat", "i32x4.splat", "i64x2.splat", "f32x4.splat", "f64x2.splat",
    "i8x16.eq", "i8x16.ne", "i8x16.lt_s", "i8x16.lt_u", "i8x16.gt_s", "i8x16.gt_u", "i8x16.le_s",
    "i8x16.le_u", "i8x16.ge_s", "i8x16.ge_u", "i16x8.eq", "i16x8.ne", "i16x8.lt_s", "i16x8.lt_u",
    "i16x8.gt_s", "i16x8.gt_u", "i16x8.le_s", "i16x8.le_u", "i16x8.ge_s", "i16x8.ge_u", "i32x4.eq",
    "i32x4.ne", "i32x4.lt_s", "i32x4.lt_u", "i32x4.gt_s", "i32x4.gt_u", "i32x4.le_s", "i32x4.le_u",
    "i32x4.ge_s", "i32x4.ge_u", "i64x2.eq", "i64x2.ne", "i64x2.lt_s", "i64x2.gt_s", "i64x2.le_s",
    "i64x2.ge_s", "f32x4.eq", "f32x4.ne", "f32x4.lt", "f32x4.gt", "f32x4.le", "f32x4.ge",
    "f64x2.eq", "f64x2.ne", "f64x2.lt", "f64x2.gt", "f64x2.le", "f64x2.ge", "v128.not", "v128.and",
    "v128.andnot", "v128.or", "v128.xor", "v128.bitselect", "v128.any_true", "i8x16.abs",
    "i8x16.neg", "i8x16.popcnt", "i8x16.all_true", "i8x16.bitmask", "i8x16.narrow_i16x8_s",
    "i8x16.narrow_i16x8_u", "i8x16.shl", "i8x16.shr_s", "i8x16.shr_u", "i8x16.add",
    "i8x16.add_sat_s", "i8x16.add_sat_u", "i8x16.sub", "i8x16.sub_sat_s", "i8x16.sub_sat_u",
    "i8x16.min_s", "i8x16.min_u", "i8x16.max_s", "i8x16.max_u", "i8x16.avgr_u",
    "i16x8.extadd_pairwise_i8x16_s", "i16x8.extadd_pairwise_i8x16_u", "i16x8.abs", "i16x8.neg",
    "i16x8.q15mulr_sat_s", "i16x8.all_true", "i16x8.bitmask", "i16x8.narrow_i32x4_s",
    "i16x8.narrow_i32x4_u", "i16x8.extend_low_i8x16_s", "i16x8.extend_high_i8x16_s",
    "i16x8.extend_low_i8x16_u", "i16x8.extend_high_i8x16_u", "i16x8.shl", "i16x8.shr_s",
    "i16x8.shr_u", "i16x8.add", "i16x8.add_sat_s", "i16x8.add_sat_u", "i16x8.sub",
    "i16x8.sub_sat_s", "i16x8.sub_sat_u", "i16x8.mul", "i16x8.min_s", "i16x8.min_u", "i16x8.max_s",
    "i16x8.max_u", "i16x8.avgr_u", "i16x8.extmul_low_i8x16_s", "i16x8.extmul_high_i8x16_s",
    "i16x8.extmul_low_i8x16_u", "i16x8.extmul_high_i8x16_u", "i32x4.extadd_pairwise_i16x8_s",
    "i32x4.extadd_pairwise_i16x8_u", "i32x4.abs", "i32x4.neg", "i32x4.all_true", "i32x4.bitmask",
    "i32x4.extend_low_i16x8_s", "i32x4.extend_high_i16x8_s", "i32x4.extend_low_i16x8_u",
    "i32x4.extend_high_i16x8_u", "i32x4.shl", "i32x4.shr_s", "i32x4.shr_u", "i32x4.add",
    "i32x4.sub", "i32x4.mul", "i32x4.min_s", "i32x4.min_u", "i32x4.max_s", "i32x4.max_u",
    "i32x4.dot_i16x8_s", "i32x4.extmul_low_i16x8_s", "i32x4.extmul_high_i16x8_s",
    "i32x4.extmul_low_i16x8_u", "i32x4.extmul_high_i16x8_u", "i64x2.abs", "i64x2.neg",
    "i64x2.all_true", "i64x2.bitmask", "i64x2.extend_low_i32x4_s", "i64x2.extend_high_i32x4_s",
    "i64x2.extend_low_i32x4_u", "i64x2.extend_high_i32x4_u", "i64x2.shl", "i64x2.shr_s",
    "i64x2.shr_u", "i64x2.add", "i64x2.sub", "i64x2.mul", "i64x2.extmul_low_i32x4_s",
    "i64x2.extmul_high_i32x4_s", "i64x2.extmul_low_i32x4_u", "i64x2.extmul_high_i32x4_u",
    "f32x4.ceil", "f32x4.floor", "f32x4.trunc", "f32x4.nearest", "f32x4.abs", "f32x4.neg",
    "f32x4.sqrt", "f32x4.add", "f32x4.sub", "f32x4.mul", "f32x4.div", "f32x4.min", "f32x4.max",
    "f32x4.pmin", "f32x4.pmax", "f64x2.ceil", "f64x2.floor", "f64x2.trunc", "f64x2.nearest",
    "f64x2.abs", "f64x2.neg", "f64x2.sqrt", "f64x2.add", "f64x2.sub", "f64x2.mul", "f64x2.div",
    "f64x2.min", "f64x2.max", "f64x2.pmin", "f64x2.pmax", "i32x4.trunc_sat_f32x4_s",
    "i32x4.trunc_sat_f32x4_u", "f32x4.convert_i32x4_s", "f32x4.convert_i32x4_u",
    "i32x4.trunc_sat_f64x2_s_zero", "i32x4.trunc_sat_f64x2_u_zero", "f64x2.convert_low_i32x4_s",
    "f64x2.convert_low_i32x4_u", "f32x4.demote_f64x2_zero", "f64x2.promote_low_f32x4",
    "i8x16.relaxed_swizzle", "i32x4.relaxed_trunc_f32x4_s", "i32x4.relaxed_trunc_f32x4_u",
    "i32x4.relaxed_trunc_f64x2_s_zero", "i32x4.relaxed_trunc_f64x2_u_zero", "f32x4.relaxed_madd",
    "f32x4.relaxed_nmadd", "f64x2.relaxed_madd", "f64x2.relaxed_nmadd", "i8x16.relaxed_laneselect",
    "i16x8.relaxed_laneselect", "i32x4.relaxed_laneselect", "i64x2.relaxed_laneselect",
    "f32x4.relaxed_min", "f32x4.relaxed_max", "f64x2.relaxed_min", "f64x2.relaxed_max",
    "i16x8.relaxed_q15mulr_s", "i16x8.relaxed_dot_i8x16_i7x16_s",
    "i32x4.relaxed_dot_i8x16_i7x16_add_s", "try_table", "throw", "throw_ref", "call_ref",
    "return_call_ref", "ref.as_non_null", "br_on_null", "br_on_non_null", "i64.add128",
    "i64.sub128", "i64.mul_wide_s", "i64.mul_wide_u",
];

/// An operator's place in [`OPERATOR_NAMES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Opcode(u16);

impl Opcode {
    /// The operator with this text name.
    pub fn from_name(name: &str) -> Option<Opcode> {
        let index = OPERATOR_NAMES.iter().position(|&known| known == name)?;
        Some(Opcode(index as u16))
    }

    /// All operators.
    pub fn all() -> impl Iterator<Item = Opcode> {
        (0..OPERATOR_COUNT as u16).map(Opcode)
    }

    /// Place in [`OPERATOR_NAMES`].
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// Text name, such as `i32.add`.
    pub fn name(self) -> &'static str {
        OPERATOR_NAMES[self.index()]
    }
}

/// The classes of operators, in the order in which reports show them.
pub const CLASSES: &[&str] = &[
    "control",
    "call",
    "local",
    "global",
    "constant",
    "integer",
    "comparison",
    "conversion",
    "float",
    "load",
    "store",
    "memory",
    "table",
    "select",
    "reference",
    "simd",
    "atomic",
];

impl Opcode {
    /// The class that the operator belongs to: a place in [`CLASSES`].
    pub fn class(self) -> usize {
        let class = class(self.name());
        CLASSES.iter().position(|&known| known == class).expect("each class is listed")
    }
}

fn class(name: &str) -> &'static str {
    let (kind, rest) = name.split_once('.').unwrap_or((name, ""));
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| rest.starts_with(prefix));
    match kind {
        "call"
        | "call_indirect"
        | "call_ref"
        | "return_call"
        | "return_call_indirect"
        | "return_call_ref" => "call",
        "drop" | "select" => "select",
        "local" => "local",
        "global" => "global",
        "table" | "elem" => "table",
        "atomic" => "atomic",
        _ if starts(&["atomic."]) => "atomic",
        "memory" | "data" => "memory",
        "v128" | "i8x16" | "i16x8" | "i32x4" | "i64x2" | "f32x4" | "f64x2" => "simd",
        "struct" | "array" | "ref" | "i31" | "any" | "extern" => "reference",
        "i32" | "i64" | "f32" | "f64" => {
            let is_float = kind.starts_with('f');
            match rest {
                "const" => "constant",
                "trunc" => "float",
                "eqz" | "eq" | "ne" | "lt" | "gt" | "le" | "ge" => "comparison",
                _ if starts(&["load"]) => "load",
                _ if starts(&["store"]) => "store",
                _ if starts(&["lt_", "gt_", "le_", "ge_"]) => "comparison",
                _ if starts(&[
                    "wrap",
                    "trunc_",
                    "extend",
                    "convert",
                    "demote",
                    "promote",
                    "reinterpret",
                ]) =>
                {
                    "conversion"
                }
                _ if is_float => "float",
                _ => "integer",
            }
        }
        _ => "control",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_have_the_class_that_a_reader_expects() {
        for (name, expected) in [
            ("br_on_cast", "control"),
            ("try_table", "control"),
            ("return_call_ref", "call"),
            ("f32.trunc", "float"),
            ("i32.trunc_f32_s", "conversion"),
            ("i64.trunc_sat_f64_u", "conversion"),
            ("i64.extend32_s", "conversion"),
            ("i64.add128", "integer"),
            ("f64.lt", "comparison"),
            ("i32.ge_u", "comparison"),
            ("i32.load8_s", "load"),
            ("i32.atomic.load8_u", "atomic"),
            ("memory.atomic.notify", "atomic"),
            ("memory.copy", "memory"),
            ("data.drop", "memory"),
            ("elem.drop", "table"),
            ("v128.load", "simd"),
            ("ref.func", "reference"),
            ("select", "select"),
        ] {
            let opcode = Opcode::from_name(name).expect("an operator");
            assert_eq!(CLASSES[opcode.class()], expected, "{name}");
        }
        let used: std::collections::BTreeSet<usize> = Opcode::all().map(Opcode::class).collect();
        assert_eq!(used.len(), CLASSES.len());
    }
}
