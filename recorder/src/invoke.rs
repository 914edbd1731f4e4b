//! Which function of the program is called, with which values, and how its results are printed.
//!
//! As Wasmtime's command line does it: a command's `_start` without arguments, or any export with
//! arguments in text form. `_initialize` runs before the export of a module that has one.

use std::borrow::Cow;

use wasmtime::{ExternType, FuncType, Module, Val, ValType};

use crate::Error;

/// The entry point of WASI commands.
pub const START: &str = "_start";

/// The initializer of WASI reactors.
pub const INITIALIZE: &str = "_initialize";

/// A call of one export.
#[derive(Clone, Debug)]
pub struct Call {
    /// Name of the exported function.
    pub function: String,
    /// Its arguments.
    pub arguments: Vec<Val>,
    /// Number of its results.
    pub results: usize,
}

/// The call that runs the program, or `None` when its start function is all there is to run.
///
/// # Errors
///
/// When there is no such export, nothing to run, or `words` don't fit the parameters. Words beyond
/// the parameters are left to the guest's own argument list.
pub fn call(
    module: &Module,
    invoke: Option<&str>,
    words: &[String],
    has_start: bool,
) -> Result<Option<Call>, Error> {
    let name = invoke.unwrap_or(START);
    let Some(ty) = function(module, name) else {
        return match invoke {
            Some(name) => Err(Error::NoExport { name: name.to_owned(), exports: exports(module) }),
            None if has_start || function(module, INITIALIZE).is_some() => Ok(None),
            None => Err(Error::NoStart { exports: exports(module) }),
        };
    };
    let arguments = match invoke {
        Some(_) => parse_all(name, &ty, words)?,
        None if ty.params().len() == 0 => Vec::new(),
        None => {
            return Err(argument_error(name, "it takes parameters: call it with --invoke"));
        }
    };
    Ok(Some(Call { function: name.to_owned(), arguments, results: ty.results().len() }))
}

fn function(module: &Module, name: &str) -> Option<FuncType> {
    match module.get_export(name)? {
        ExternType::Func(ty) => Some(ty),
        _ => None,
    }
}

fn exports(module: &Module) -> Vec<String> {
    module
        .exports()
        .filter(|export| matches!(export.ty(), ExternType::Func(_)))
        .map(|export| export.name().to_owned())
        .collect()
}

fn argument_error(function: &str, message: impl Into<String>) -> Error {
    Error::Argument { function: function.to_owned(), message: message.into() }
}

fn parse_all(function: &str, ty: &FuncType, words: &[String]) -> Result<Vec<Val>, Error> {
    let parameters = ty.params().len();
    if words.len() < parameters {
        let message = format!("it takes {parameters} arguments, but {} are given", words.len());
        return Err(argument_error(function, message));
    }
    ty.params()
        .zip(words)
        .map(|(ty, word)| {
            parse(&ty, word)
                .ok_or_else(|| argument_error(function, format!("`{word}` is not a value of {ty}")))
        })
        .collect()
}

/// The value that `word` stands for: decimal or `0x` integers, signed or unsigned, floating-point
/// numbers, `null`.
fn parse(ty: &ValType, word: &str) -> Option<Val> {
    Some(match ty {
        ValType::I32 => Val::I32(integer(word, 32)? as i32),
        ValType::I64 => Val::I64(integer(word, 64)? as i64),
        ValType::F32 => Val::F32(word.parse::<f32>().ok()?.to_bits()),
        ValType::F64 => Val::F64(word.parse::<f64>().ok()?.to_bits()),
        ValType::V128 => Val::V128(unsigned(word)?.into()),
        ValType::Ref(ty) if word == "null" && ty.is_nullable() => Val::null_ref(ty.heap_type()),
        ValType::Ref(_) => return None,
    })
}

/// An integer of `bits` bits in two's complement, between the least signed and the largest
/// unsigned one.
fn integer(word: &str, bits: u32) -> Option<u64> {
    let (negative, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word),
    };
    let magnitude = unsigned(digits)?;
    let limit = if negative { 1 << (bits - 1) } else { (1 << bits) - 1 };
    let value = u64::try_from(magnitude).ok().filter(|_| magnitude <= limit)?;
    Some(if negative { value.wrapping_neg() } else { value })
}

fn unsigned(digits: &str) -> Option<u128> {
    match digits.strip_prefix("0x") {
        Some(digits) => u128::from_str_radix(digits, 16).ok(),
        None => digits.parse().ok(),
    }
}

/// A result as Wasmtime's command line prints it.
pub fn print(value: &Val) -> Cow<'static, str> {
    match value {
        Val::I32(value) => value.to_string().into(),
        Val::I64(value) => value.to_string().into(),
        Val::F32(bits) => f32::from_bits(*bits).to_string().into(),
        Val::F64(bits) => f64::from_bits(*bits).to_string().into(),
        Val::V128(value) => value.as_u128().to_string().into(),
        Val::FuncRef(None) => "<null funcref>".into(),
        Val::FuncRef(Some(_)) => "<funcref>".into(),
        Val::ExternRef(None) => "<null externref>".into(),
        Val::ExternRef(Some(_)) => "<externref>".into(),
        Val::AnyRef(None) => "<null anyref>".into(),
        Val::AnyRef(Some(_)) => "<anyref>".into(),
        Val::ExnRef(None) => "<null exnref>".into(),
        Val::ExnRef(Some(_)) => "<exnref>".into(),
        Val::ContRef(None) => "<null contref>".into(),
        Val::ContRef(Some(_)) => "<contref>".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_signed_or_unsigned_decimal_or_hexadecimal() {
        assert_eq!(integer("-1", 32), Some(u64::MAX));
        assert_eq!(integer("4294967295", 32), Some(0xffff_ffff));
        assert_eq!(integer("4294967296", 32), None);
        assert_eq!(integer("-2147483649", 32), None);
        assert_eq!(integer("0xff", 32), Some(255));
        assert_eq!(integer("-9223372036854775808", 64), Some(1 << 63));
        assert_eq!(integer("18446744073709551615", 64), Some(u64::MAX));
        assert_eq!(integer("", 64), None);
        assert_eq!(integer("--1", 64), None);
        assert_eq!(integer("1e3", 64), None);
    }
}
