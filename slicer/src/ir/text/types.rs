//! Types, both ways, in the words of the WebAssembly text format.
//!
//! Concrete types are named by their index in the module.

use wasmparser::{AbstractHeapType, HeapType, RefType, UnpackedIndex, ValType};

use super::ParseError;
use super::lexer::{Lexer, Token};

/// The abstract heap types: the heap type, and what a nullable reference to it is called for short.
const ABSTRACT: &[(AbstractHeapType, &str, &str)] = &[
    (AbstractHeapType::Func, "func", "funcref"),
    (AbstractHeapType::Extern, "extern", "externref"),
    (AbstractHeapType::Any, "any", "anyref"),
    (AbstractHeapType::None, "none", "nullref"),
    (AbstractHeapType::NoExtern, "noextern", "nullexternref"),
    (AbstractHeapType::NoFunc, "nofunc", "nullfuncref"),
    (AbstractHeapType::Eq, "eq", "eqref"),
    (AbstractHeapType::Struct, "struct", "structref"),
    (AbstractHeapType::Array, "array", "arrayref"),
    (AbstractHeapType::I31, "i31", "i31ref"),
    (AbstractHeapType::Exn, "exn", "exnref"),
    (AbstractHeapType::NoExn, "noexn", "nullexnref"),
    (AbstractHeapType::Cont, "cont", "contref"),
    (AbstractHeapType::NoCont, "nocont", "nullcontref"),
];

const NUMBERS: &[(ValType, &str)] = &[
    (ValType::I32, "i32"),
    (ValType::I64, "i64"),
    (ValType::F32, "f32"),
    (ValType::F64, "f64"),
    (ValType::V128, "v128"),
];

/// The printed form of a value type.
pub(crate) fn value_type(ty: ValType) -> String {
    match ty {
        ValType::Ref(ty) => reference_type(ty),
        number => number.to_string(),
    }
}

/// The printed form of a reference type.
pub(crate) fn reference_type(ty: RefType) -> String {
    let heap = ty.heap_type();
    match heap {
        HeapType::Abstract { shared: false, ty: wanted } if ty.is_nullable() => ABSTRACT
            .iter()
            .find(|(abstracted, ..)| *abstracted == wanted)
            .expect("all abstract heap types are listed")
            .2
            .to_string(),
        _ if ty.is_nullable() => format!("(ref null {})", heap_type(heap)),
        _ => format!("(ref {})", heap_type(heap)),
    }
}

/// The printed form of a heap type.
pub(crate) fn heap_type(heap: HeapType) -> String {
    match heap {
        HeapType::Abstract { shared, ty: wanted } => {
            let (_, name, _) = ABSTRACT
                .iter()
                .find(|(ty, ..)| *ty == wanted)
                .expect("all abstract heap types are listed");
            if shared { format!("(shared {name})") } else { name.to_string() }
        }
        HeapType::Concrete(index) => type_index(index),
        HeapType::Exact(index) => format!("(exact {})", type_index(index)),
    }
}

/// Types of a module's functions are given by module index; the other kinds of index only exist
/// inside the parser's validator.
fn type_index(index: UnpackedIndex) -> String {
    match index {
        UnpackedIndex::Module(index) => index.to_string(),
        other => other.to_string(),
    }
}

/// Reads a value type.
pub(super) fn read_value_type(lexer: &mut Lexer<'_>) -> Result<ValType, ParseError> {
    if let Token::Word(word) = lexer.peek()
        && let Some((ty, _)) = NUMBERS.iter().find(|(_, name)| *name == word)
    {
        lexer.take();
        return Ok(*ty);
    }
    read_reference(lexer, "a type").map(ValType::Ref)
}

/// Reads a reference type.
pub(super) fn read_reference_type(lexer: &mut Lexer<'_>) -> Result<RefType, ParseError> {
    read_reference(lexer, "a reference type")
}

fn read_reference(lexer: &mut Lexer<'_>, expected: &str) -> Result<RefType, ParseError> {
    if let Token::Word(word) = lexer.peek()
        && let Some((ty, ..)) = ABSTRACT.iter().find(|(.., short)| *short == word)
    {
        lexer.take();
        let heap = HeapType::Abstract { shared: false, ty: *ty };
        return Ok(RefType::new(true, heap).expect("abstract types always fit"));
    }
    if !lexer.take_sign("(") {
        return Err(lexer.expected(expected));
    }
    lexer.word("ref")?;
    let nullable = lexer.take_word("null");
    let heap = read_heap_type(lexer)?;
    lexer.sign(")")?;
    Ok(RefType::new(nullable, heap).expect("the index was checked"))
}

/// Reads a heap type.
pub(super) fn read_heap_type(lexer: &mut Lexer<'_>) -> Result<HeapType, ParseError> {
    if !lexer.take_sign("(") {
        return match lexer.peek() {
            Token::Word(word) if word.starts_with(|c: char| c.is_ascii_digit()) => {
                Ok(HeapType::Concrete(read_type_index(lexer)?))
            }
            _ => Ok(HeapType::Abstract { shared: false, ty: read_abstract(lexer)? }),
        };
    }
    let heap = if lexer.take_word("shared") {
        HeapType::Abstract { shared: true, ty: read_abstract(lexer)? }
    } else if lexer.take_word("exact") {
        HeapType::Exact(read_type_index(lexer)?)
    } else {
        return Err(lexer.expected("`shared` or `exact`"));
    };
    lexer.sign(")")?;
    Ok(heap)
}

fn read_abstract(lexer: &mut Lexer<'_>) -> Result<AbstractHeapType, ParseError> {
    lexer.word_as("a heap type", |word| {
        ABSTRACT.iter().find(|(_, name, _)| *name == word).map(|(ty, ..)| *ty)
    })
}

fn read_type_index(lexer: &mut Lexer<'_>) -> Result<UnpackedIndex, ParseError> {
    lexer.word_as("a type index", |word| {
        let index = UnpackedIndex::Module(word.parse().ok()?);
        index.pack().map(|_| index)
    })
}
