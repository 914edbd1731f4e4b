//! Values and endings as directives write them.

use anyhow::{Context as _, Result, bail, ensure};
use tests::observation::Ending;
use tests::program::Value;
use wasmtime::ValType;

use crate::directives::list;

/// A value of type `ty`: a number, `0x…` bits, `nan`, `null` or `ref`.
pub(crate) fn value(text: &str, ty: &ValType) -> Result<Value> {
    let bits =
        text.strip_prefix("0x").map(|digits| u128::from_str_radix(digits, 16)).transpose()?;
    Ok(match (ty, bits) {
        (ValType::I32, Some(bits)) => Value::I32(u32::try_from(bits)? as i32),
        (ValType::I32, None) => Value::I32(text.parse()?),
        (ValType::I64, Some(bits)) => Value::I64(u64::try_from(bits)? as i64),
        (ValType::I64, None) => Value::I64(text.parse()?),
        (ValType::F32, Some(bits)) => Value::F32(bits.try_into()?),
        (ValType::F32, None) => Value::F32(text.parse::<f32>()?.to_bits()),
        (ValType::F64, Some(bits)) => Value::F64(bits.try_into()?),
        (ValType::F64, None) => Value::F64(text.parse::<f64>()?.to_bits()),
        (ValType::V128, Some(bits)) => Value::V128(bits),
        (ValType::Ref(_), None) if text == "null" => Value::Reference { null: true },
        (ValType::Ref(_), None) if text == "ref" => Value::Reference { null: false },
        _ => bail!("`{text}` is no {ty}"),
    })
}

/// That a run ends as `expected` says, with results of types `types`.
pub(crate) fn check(found: &Ending, expected: &str, types: &[ValType]) -> Result<()> {
    let same = match found {
        Ending::Trap(trap) => expected.strip_prefix("trap ") == Some(&format!("{trap:?}")),
        Ending::Exception => expected == "exception",
        Ending::Return(values) => {
            let several = expected.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            let items = several.map_or_else(|| vec![expected.to_owned()], list);
            let parsed: Result<Vec<_>> = match items.len() == types.len() {
                true => items.iter().zip(types).map(|(item, ty)| value(item, ty)).collect(),
                false => Err(anyhow::anyhow!("{} results, not {}", types.len(), items.len())),
            };
            let parsed = parsed.with_context(|| format!("it returns {values:?}"))?;
            let canonical = |values: &[Value]| -> Vec<_> {
                values.iter().map(|value| value.canonical()).collect()
            };
            canonical(&parsed) == canonical(values)
        }
        _ => false,
    };
    ensure!(same, "it ends with {found:?}, not `{expected}`");
    Ok(())
}
