//! Operators, both ways: the text format's name, then the immediates in the parser's order.
//!
//! Both directions come from the parser's own table of operators, so that none is forgotten. What
//! the table doesn't say is here: how each type of immediate is written, and the names that several
//! operators share.

use std::collections::HashMap;
use std::fmt::{Display, Write};
use std::sync::LazyLock;

use wasmparser::{
    BlockType, BrTable, HeapType, Ieee32, Ieee64, MemArg, Operator, Ordering, RefType, ResumeTable,
    TryTable, V128, ValType,
};

use super::ParseError;
use super::lexer::{Lexer, Token};
use super::types;
use crate::opcode;

/// Operators that move values around or structure the code: they have no place in the SSA form.
/// Those that branch are written in its own way.
const STRUCTURAL: &[&str] = &[
    "nop",
    "drop",
    "block",
    "loop",
    "if",
    "else",
    "end",
    "br",
    "br_if",
    "br_table",
    "return",
    "local.get",
    "local.set",
    "local.tee",
    "try_table",
    "try",
    "catch",
    "catch_all",
    "rethrow",
    "delegate",
    "resume",
    "resume_throw",
    "resume_throw_ref",
];

/// An immediate's place: which operator it belongs to, and what the parser calls it.
struct Place {
    operator: &'static str,
    field: &'static str,
}

/// How an immediate is written and read.
trait Immediate: Sized {
    /// Appends a space and the immediate, or nothing if it goes without saying.
    fn write(&self, place: &Place, out: &mut String);
    fn read(place: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError>;
}

macro_rules! define_both_ways {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        fn write_table(operator: &Operator<'_>, name: &'static str, out: &mut String) {
            match operator {
                $(Operator::$op $({ $($arg),* })? => {
                    $($(
                        let place = Place { operator: name, field: stringify!($arg) };
                        Immediate::write($arg, &place, out);
                    )*)?
                })*
                _ => {}
            }
            let _ = name;
        }

        /// For each operator, in the order of [`opcode::names`], how it is read.
        const READERS: &[Reader] = &[$(
            |_name, _lexer| Ok(Operator::$op $({ $($arg: {
                let place = Place { operator: _name, field: stringify!($arg) };
                Immediate::read(&place, _lexer)?
            }),* })?),
        )*];
    };
}

type Reader = fn(&'static str, &mut Lexer<'_>) -> Result<Operator<'static>, ParseError>;

wasmparser::for_each_operator!(define_both_ways);

/// Index into [`READERS`] by name. The names that operators share are read before.
static BY_NAME: LazyLock<HashMap<&'static str, usize>> = LazyLock::new(|| {
    opcode::names().iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect()
});

/// The immediates of `operator`, each with a space before it.
pub(crate) fn immediates(operator: &Operator<'_>) -> String {
    let mut out = String::new();
    match operator {
        Operator::TypedSelect { ty } => write_result_types(&[*ty], &mut out),
        Operator::TypedSelectMulti { tys } => write_result_types(tys, &mut out),
        Operator::RefTestNonNull { hty }
        | Operator::RefCastNonNull { hty }
        | Operator::RefCastDescEqNonNull { hty } => {
            append(format_args!("(ref {})", types::heap_type(*hty)), &mut out);
        }
        Operator::RefTestNullable { hty }
        | Operator::RefCastNullable { hty }
        | Operator::RefCastDescEqNullable { hty } => {
            append(format_args!("(ref null {})", types::heap_type(*hty)), &mut out);
        }
        _ => write_table(operator, opcode::name(operator), &mut out),
    }
    out
}

fn write_result_types(types: &[ValType], out: &mut String) {
    append("(result", out);
    for ty in types {
        append(types::value_type(*ty), out);
    }
    out.push(')');
}

/// Reads an operator.
pub(super) fn read(lexer: &mut Lexer<'_>) -> Result<Operator<'static>, ParseError> {
    const EXPECTED: &str = "an operator";
    let Token::Word(word) = lexer.peek() else {
        return Err(lexer.expected(EXPECTED));
    };
    if STRUCTURAL.contains(&word) {
        return Err(lexer.expected("an operator that the SSA form has"));
    }
    let Some((&name, &index)) = BY_NAME.get_key_value(word) else {
        return Err(lexer.expected(EXPECTED));
    };
    lexer.take();
    match name {
        "select" => read_select(lexer),
        "ref.test" | "ref.cast" | "ref.cast_desc_eq" => {
            let ty = types::read_reference_type(lexer)?;
            Ok(tested(name, ty.is_nullable(), ty.heap_type()))
        }
        _ => READERS[index](name, lexer),
    }
}

fn tested(name: &str, nullable: bool, hty: HeapType) -> Operator<'static> {
    match (name, nullable) {
        ("ref.test", false) => Operator::RefTestNonNull { hty },
        ("ref.test", true) => Operator::RefTestNullable { hty },
        ("ref.cast", false) => Operator::RefCastNonNull { hty },
        ("ref.cast", true) => Operator::RefCastNullable { hty },
        (_, false) => Operator::RefCastDescEqNonNull { hty },
        (_, true) => Operator::RefCastDescEqNullable { hty },
    }
}

fn read_select(lexer: &mut Lexer<'_>) -> Result<Operator<'static>, ParseError> {
    if !lexer.take_sign("(") {
        return Ok(Operator::Select);
    }
    lexer.word("result")?;
    let mut tys = Vec::new();
    while !lexer.take_sign(")") {
        tys.push(types::read_value_type(lexer)?);
    }
    Ok(match tys[..] {
        [ty] => Operator::TypedSelect { ty },
        _ => Operator::TypedSelectMulti { tys },
    })
}

fn append(immediate: impl Display, out: &mut String) {
    write!(out, " {immediate}").expect("a string takes everything");
}

/// Field of the branches on references whose label a target replaces.
const LABEL: &str = "relative_depth";

impl Immediate for u32 {
    fn write(&self, place: &Place, out: &mut String) {
        if place.field != LABEL {
            append(self, out);
        }
    }

    fn read(place: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
        if place.field == LABEL {
            return Ok(0);
        }
        lexer.word_as("an index", |word| word.parse().ok())
    }
}

impl Immediate for u8 {
    fn write(&self, _: &Place, out: &mut String) {
        append(self, out);
    }

    fn read(_: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
        lexer.word_as("a lane", |word| word.parse().ok())
    }
}

impl Immediate for [u8; 16] {
    fn write(&self, place: &Place, out: &mut String) {
        self.iter().for_each(|lane| lane.write(place, out));
    }

    fn read(place: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
        let mut lanes = [0; 16];
        for lane in &mut lanes {
            *lane = u8::read(place, lexer)?;
        }
        Ok(lanes)
    }
}

impl Immediate for i32 {
    fn write(&self, _: &Place, out: &mut String) {
        append(self, out);
    }

    fn read(_: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
        lexer.word_as("a 32-bit integer", |word| word.parse().ok())
    }
}

impl Immediate for i64 {
    fn write(&self, _: &Place, out: &mut String) {
        append(self, out);
    }

    fn read(_: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
        lexer.word_as("a 64-bit integer", |word| word.parse().ok())
    }
}

impl Immediate for Ieee32 {
    fn write(&self, _: &Place, out: &mut String) {
        append(f32_text(self.bits()), out);
    }

    fn read(_: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
        let nan = Nan { sign: 1 << 31, exponent: 0xff << 23, payload: 23 };
        let bits = read_float(lexer, nan, |word| {
            word.parse::<f32>().ok().map(|value| u64::from(value.to_bits()))
        })?;
        Ok(f32::from_bits(bits as u32).into())
    }
}

impl Immediate for Ieee64 {
    fn write(&self, _: &Place, out: &mut String) {
        append(f64_text(self.bits()), out);
    }

    fn read(_: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
        let nan = Nan { sign: 1 << 63, exponent: 0x7ff << 52, payload: 52 };
        let bits = read_float(lexer, nan, |word| word.parse::<f64>().ok().map(f64::to_bits))?;
        Ok(f64::from_bits(bits).into())
    }
}

/// The printed form of a float: the shortest decimal that rounds to it, or its NaN payload.
pub(crate) fn f32_text(bits: u32) -> String {
    let value = f32::from_bits(bits);
    if value.is_nan() {
        let sign = if value.is_sign_negative() { "-" } else { "" };
        return format!("{sign}nan:{:#x}", bits & 0x007f_ffff);
    }
    format!("{value:?}")
}

/// The printed form of a float: the shortest decimal that rounds to it, or its NaN payload.
pub(crate) fn f64_text(bits: u64) -> String {
    let value = f64::from_bits(bits);
    if value.is_nan() {
        let sign = if value.is_sign_negative() { "-" } else { "" };
        return format!("{sign}nan:{:#x}", bits & 0x000f_ffff_ffff_ffff);
    }
    format!("{value:?}")
}

/// Where the parts of a NaN lie.
struct Nan {
    sign: u64,
    exponent: u64,
    /// Number of bits of the payload.
    payload: u32,
}

/// Reads a float's bits; `parse` reads numbers and infinities.
fn read_float(
    lexer: &mut Lexer<'_>,
    nan: Nan,
    parse: impl FnOnce(&str) -> Option<u64>,
) -> Result<u64, ParseError> {
    let sign = match lexer.peek() {
        Token::Word("nan") => 0,
        Token::Word("-nan") => nan.sign,
        _ => {
            // Rust also reads other spellings of infinities and NaNs.
            let is_plain =
                |word: &&str| word.ends_with("inf") || word.ends_with(|c: char| c.is_ascii_digit());
            return lexer.word_as("a float", |word| Some(word).filter(is_plain).and_then(parse));
        }
    };
    lexer.take();
    lexer.sign(":")?;
    let payload = lexer.word_as("a NaN's payload in hexadecimal, not 0", |word| {
        let payload = u64::from_str_radix(word.strip_prefix("0x")?, 16).ok()?;
        (payload != 0 && payload >> nan.payload == 0).then_some(payload)
    })?;
    Ok(sign | nan.exponent | payload)
}

impl Immediate for V128 {
    fn write(&self, _: &Place, out: &mut String) {
        append(format_args!("{:#034x}", u128::from(*self)), out);
    }

    fn read(_: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
        lexer.word_as("a vector's 128 bits in hexadecimal", |word| {
            u128::from_str_radix(word.strip_prefix("0x")?, 16).ok().map(V128::from)
        })
    }
}

impl Immediate for MemArg {
    fn write(&self, _: &Place, out: &mut String) {
        if self.memory != 0 {
            append(format_args!("memory={}", self.memory), out);
        }
        if self.offset != 0 {
            append(format_args!("offset={}", self.offset), out);
        }
        if self.align != self.max_align {
            append(format_args!("align={}", 1_u64 << self.align), out);
        }
    }

    fn read(place: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
        let max_align = natural_alignment(place.operator);
        let mut memarg = MemArg { align: max_align, max_align, offset: 0, memory: 0 };
        if lexer.take_word("memory") {
            lexer.sign("=")?;
            memarg.memory = lexer.word_as("a memory index", |word| word.parse().ok())?;
        }
        if lexer.take_word("offset") {
            lexer.sign("=")?;
            memarg.offset = lexer.word_as("an offset", |word| word.parse().ok())?;
        }
        if lexer.take_word("align") {
            lexer.sign("=")?;
            memarg.align = lexer.word_as("a power of two", |word| {
                let bytes: u64 = word.parse().ok()?;
                bytes.is_power_of_two().then(|| bytes.trailing_zeros() as u8)
            })?;
        }
        Ok(memarg)
    }
}

/// The alignment of what the operator `name` accesses, as a power of two.
fn natural_alignment(name: &str) -> u8 {
    let (ty, access) = name.split_once('.').unwrap_or(("", name));
    let width = access.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = width.find(|c: char| !c.is_ascii_digit()).unwrap_or(width.len());
    let bits = match width[..end].parse::<u32>() {
        // Half a vector, widened: `8x8`, `16x4`, `32x2`.
        Ok(_) if width[end..].starts_with('x') => 64,
        Ok(bits) => bits,
        Err(_) => match ty {
            "i64" | "f64" => 64,
            "v128" => 128,
            _ => 32,
        },
    };
    (bits / 8).trailing_zeros() as u8
}

impl Immediate for HeapType {
    fn write(&self, _: &Place, out: &mut String) {
        append(types::heap_type(*self), out);
    }

    fn read(_: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
        types::read_heap_type(lexer)
    }
}

impl Immediate for RefType {
    fn write(&self, _: &Place, out: &mut String) {
        append(types::reference_type(*self), out);
    }

    fn read(_: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
        types::read_reference_type(lexer)
    }
}

impl Immediate for Ordering {
    fn write(&self, _: &Place, out: &mut String) {
        append(if *self == Ordering::SeqCst { "seq_cst" } else { "acq_rel" }, out);
    }

    fn read(_: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
        lexer.word_as("`seq_cst` or `acq_rel`", |word| match word {
            "seq_cst" => Some(Ordering::SeqCst),
            "acq_rel" => Some(Ordering::AcqRel),
            _ => None,
        })
    }
}

/// Immediates of structural operators only, and of those whose name says that there is a choice.
macro_rules! no_immediate {
    ($($ty:ty),*) => {$(
        impl Immediate for $ty {
            fn write(&self, _: &Place, _: &mut String) {}

            fn read(_: &Place, lexer: &mut Lexer<'_>) -> Result<Self, ParseError> {
                Err(lexer.expected("an operator that the SSA form has"))
            }
        }
    )*};
}

no_immediate!(BlockType, BrTable<'_>, TryTable, ResumeTable, ValType, Vec<ValType>);

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
    use wasmparser::{AbstractHeapType, BinaryReader, OperatorsReader, UnpackedIndex};

    /// An immediate that isn't the one that goes without saying.
    trait Sample {
        fn sample() -> Self;
    }

    macro_rules! sample {
        ($($ty:ty: $sample:expr;)*) => {$(
            impl Sample for $ty {
                fn sample() -> Self {
                    $sample
                }
            }
        )*};
    }

    sample! {
        u8: 1;
        u32: 3;
        i32: i32::MIN;
        i64: -1;
        [u8; 16]: std::array::from_fn(|lane| 31 - lane as u8);
        Ieee32: f32::from_bits(0xffa0_0001).into();
        Ieee64: f64::from_bits(0x7ff0_0000_0000_0001).into();
        V128: V128::from(0x0123_4567_89ab_cdef_0011_2233_4455_6677_u128);
        MemArg: MemArg { align: 0, max_align: 0, offset: 1 << 40, memory: 2 };
        HeapType: HeapType::Exact(UnpackedIndex::Module(70));
        RefType: RefType::new(false, HeapType::Abstract { shared: true, ty: AbstractHeapType::I31 })
            .unwrap();
        Ordering: Ordering::AcqRel;
        ValType: ValType::Ref(RefType::sample());
        Vec<ValType>: vec![ValType::V128, ValType::FUNCREF];
        BlockType: BlockType::Empty;
        TryTable: TryTable { ty: BlockType::Empty, catches: Vec::new() };
        ResumeTable: ResumeTable { handlers: Vec::new() };
    }

    impl Sample for BrTable<'_> {
        fn sample() -> Self {
            let body = [0x0e, 0, 0];
            let body: &'static [u8] = Vec::leak(body.to_vec());
            match OperatorsReader::new(BinaryReader::new(body, 0)).read() {
                Ok(Operator::BrTable { targets }) => targets,
                other => panic!("{other:?}"),
            }
        }
    }

    macro_rules! define_samples {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
            fn samples() -> Vec<Operator<'static>> {
                vec![$(Operator::$op $({ $($arg: Sample::sample()),* })?),*]
            }
        };
    }

    wasmparser::for_each_operator!(define_samples);

    /// `operator` as the parser reads it, with the natural alignment that the parser knows.
    fn reread(operator: &Operator<'static>) -> Operator<'static> {
        let mut bytes = Vec::new();
        let instruction = RoundtripReencoder.instruction(operator.clone()).unwrap();
        wasm_encoder::Encode::encode(&instruction, &mut bytes);
        let bytes: &'static [u8] = Vec::leak(bytes);
        OperatorsReader::new(BinaryReader::new(bytes, 0)).read().unwrap()
    }

    #[test]
    fn every_operator_of_the_parser_is_read_back() {
        let mut read_back = 0;
        for sample in samples() {
            let name = opcode::name(&sample);
            if STRUCTURAL.contains(&name) {
                let error = read(&mut Lexer::new(name)).unwrap_err();
                assert_eq!(error.expected, "an operator that the SSA form has", "{name}");
                continue;
            }
            let mut operator = reread(&sample);
            if let Operator::BrOnNull { relative_depth }
            | Operator::BrOnNonNull { relative_depth }
            | Operator::BrOnCast { relative_depth, .. }
            | Operator::BrOnCastFail { relative_depth, .. }
            | Operator::BrOnCastDescEq { relative_depth, .. }
            | Operator::BrOnCastDescEqFail { relative_depth, .. } = &mut operator
            {
                *relative_depth = 0;
            }
            let text = format!("{name}{}", immediates(&operator));
            let mut lexer = Lexer::new(&text);
            assert_eq!(read(&mut lexer).as_ref(), Ok(&operator), "{text}");
            assert_eq!(lexer.peek(), Token::End, "{text}");
            read_back += 1;
        }
        assert!(read_back > 600, "only {read_back} operators");
    }

    #[test]
    fn natural_alignments_are_the_parsers() {
        for sample in samples().into_iter().filter(|sample| {
            // Elsewhere the parser wants to see what the operator ends.
            !STRUCTURAL.contains(&opcode::name(sample))
        }) {
            let text = format!("{:?}", reread(&sample));
            let Some((_, rest)) = text.split_once("max_align: ") else { continue };
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap();
            let name = opcode::name(&sample);
            assert_eq!(natural_alignment(name).to_string(), rest[..end], "{name}");
        }
    }

    #[test]
    fn floats_keep_their_bits() {
        let bits = [0, 1, 0x8000_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffff_ffff];
        let more = [0x7f80_0001, 0x0080_0000, 0x7f7f_ffff, 0x3dcc_cccd, 0x4b80_0000, 0x60ad_78ec];
        for bits in bits.into_iter().chain(more) {
            let text = format!("f32.const {}", f32_text(bits));
            let value = f32::from_bits(bits).into();
            assert_eq!(read(&mut Lexer::new(&text)), Ok(Operator::F32Const { value }), "{text}");
        }
        for bits in [1, 1 << 63, 0x7ff0 << 48, 0xfff8 << 48, u64::MAX, 0x3fb9_9999_9999_999a] {
            let text = format!("f64.const {}", f64_text(bits));
            let value = f64::from_bits(bits).into();
            assert_eq!(read(&mut Lexer::new(&text)), Ok(Operator::F64Const { value }), "{text}");
        }
    }
}
