//! Values of test scripts: arguments to Wasmtime's, and expected results against observed ones.

use wasmtime::{AnyRef, AsContextMut, ExternRef, Rooted, Store, Val, ValType};
use wast::core::{NanPattern, V128Const, V128Pattern, WastArgCore, WastRetCore};
use wast::{WastArg, WastRet};

/// The argument as a value of the parameter type `ty`.
pub(crate) fn argument(store: &mut Store<()>, argument: &WastArg<'_>, ty: &ValType) -> Option<Val> {
    let WastArg::Core(argument) = argument else { return None };
    Some(match argument {
        WastArgCore::I32(value) => Val::I32(*value),
        WastArgCore::I64(value) => Val::I64(*value),
        WastArgCore::F32(value) => Val::F32(value.bits),
        WastArgCore::F64(value) => Val::F64(value.bits),
        WastArgCore::V128(value) => {
            Val::V128(u128::from_le_bytes(V128Const::to_le_bytes(value)).into())
        }
        WastArgCore::RefNull(_) => Val::null_ref(ty.as_ref()?.heap_type()),
        WastArgCore::RefExtern(number) => {
            Val::ExternRef(Some(ExternRef::new(&mut *store, *number).ok()?))
        }
        WastArgCore::RefHost(number) => {
            let external = ExternRef::new(&mut *store, *number).ok()?;
            Val::AnyRef(Some(AnyRef::convert_extern(&mut *store, external).ok()?))
        }
    })
}

/// Whether `found` is what a script expects.
pub(crate) fn matches(store: &mut Store<()>, found: &Val, expected: &WastRet<'_>) -> bool {
    match expected {
        WastRet::Core(expected) => matches_core(store, found, expected),
        _ => false,
    }
}

fn matches_core(store: &mut Store<()>, found: &Val, expected: &WastRetCore<'_>) -> bool {
    // Alternatives do not nest in the suite, so one level of them is enough.
    if let WastRetCore::Either(cases) = expected {
        return cases.iter().any(|case| matches_one(store, found, case));
    }
    matches_one(store, found, expected)
}

fn matches_one(store: &mut Store<()>, found: &Val, expected: &WastRetCore<'_>) -> bool {
    match (found, expected) {
        (Val::I32(found), WastRetCore::I32(expected)) => found == expected,
        (Val::I64(found), WastRetCore::I64(expected)) => found == expected,
        (Val::F32(found), WastRetCore::F32(expected)) => matches_f32(*found, expected),
        (Val::F64(found), WastRetCore::F64(expected)) => matches_f64(*found, expected),
        (Val::V128(found), WastRetCore::V128(expected)) => {
            matches_v128(found.as_u128().to_le_bytes(), expected)
        }
        (found, WastRetCore::RefNull(_)) => is_null(found),
        (Val::ExternRef(Some(found)), WastRetCore::RefExtern(expected)) => match expected {
            Some(number) => host_number(store, *found) == Some(*number),
            None => true,
        },
        (Val::AnyRef(Some(found)), WastRetCore::RefHost(number)) => {
            match ExternRef::convert_any(&mut *store, *found) {
                Ok(external) => host_number(store, external) == Some(*number),
                Err(_) => false,
            }
        }
        (Val::FuncRef(Some(_)), WastRetCore::RefFunc(_)) => true,
        (Val::AnyRef(Some(_)), WastRetCore::RefAny) => true,
        (Val::AnyRef(Some(found)), WastRetCore::RefEq) => found.is_eqref(&*store).unwrap_or(false),
        (Val::AnyRef(Some(found)), WastRetCore::RefArray) => {
            found.is_array(&*store).unwrap_or(false)
        }
        (Val::AnyRef(Some(found)), WastRetCore::RefStruct) => {
            found.is_struct(&*store).unwrap_or(false)
        }
        (Val::AnyRef(Some(found)), WastRetCore::RefI31 | WastRetCore::RefI31Shared) => {
            found.is_i31(&*store).unwrap_or(false)
        }
        _ => false,
    }
}

fn is_null(value: &Val) -> bool {
    matches!(
        value,
        Val::FuncRef(None) | Val::ExternRef(None) | Val::AnyRef(None) | Val::ExnRef(None)
    )
}

fn host_number(store: &mut Store<()>, external: Rooted<ExternRef>) -> Option<u32> {
    let context = store.as_context_mut();
    external.data(&context).ok()??.downcast_ref::<u32>().copied()
}

fn matches_f32(bits: u32, expected: &NanPattern<wast::token::F32>) -> bool {
    const QUIET: u32 = 0x7fc0_0000;
    match expected {
        NanPattern::CanonicalNan => bits & 0x7fff_ffff == QUIET,
        NanPattern::ArithmeticNan => bits & QUIET == QUIET,
        NanPattern::Value(value) => bits == value.bits,
    }
}

fn matches_f64(bits: u64, expected: &NanPattern<wast::token::F64>) -> bool {
    const QUIET: u64 = 0x7ff8 << 48;
    match expected {
        NanPattern::CanonicalNan => bits & (u64::MAX >> 1) == QUIET,
        NanPattern::ArithmeticNan => bits & QUIET == QUIET,
        NanPattern::Value(value) => bits == value.bits,
    }
}

fn matches_v128(bytes: [u8; 16], expected: &V128Pattern) -> bool {
    let lanes32 = |at: usize| u32::from_le_bytes(bytes[at * 4..][..4].try_into().expect("4 bytes"));
    let lanes64 = |at: usize| u64::from_le_bytes(bytes[at * 8..][..8].try_into().expect("8 bytes"));
    match expected {
        V128Pattern::I8x16(lanes) => {
            lanes.iter().zip(bytes).all(|(lane, byte)| *lane as u8 == byte)
        }
        V128Pattern::I16x8(lanes) => (lanes.iter().zip(bytes.as_chunks::<2>().0))
            .all(|(lane, bytes)| lane.to_le_bytes() == *bytes),
        V128Pattern::I32x4(lanes) => (0..4).all(|at| lanes[at] as u32 == lanes32(at)),
        V128Pattern::I64x2(lanes) => (0..2).all(|at| lanes[at] as u64 == lanes64(at)),
        V128Pattern::F32x4(lanes) => (0..4).all(|at| matches_f32(lanes32(at), &lanes[at])),
        V128Pattern::F64x2(lanes) => (0..2).all(|at| matches_f64(lanes64(at), &lanes[at])),
    }
}
