//! Finds the model that `--cost-model` names.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use formats::cost_model::{BUILTIN_NAMES, CostModel};
use formats::limits::MAX_COST_MODEL_BYTES;

/// The model that is built in under `name`, or in the file `name`.
pub(crate) fn load(name: &str) -> Result<CostModel> {
    if let Some(model) = CostModel::builtin(name) {
        return Ok(model);
    }
    let path = Path::new(name);
    if !path.exists() {
        bail!("no cost model `{name}`: neither a file nor one of {}", BUILTIN_NAMES.join(", "));
    }
    let bytes = fs::metadata(path).with_context(|| name.to_string())?.len();
    if bytes > MAX_COST_MODEL_BYTES as u64 {
        bail!(
            "{name}: {bytes} bytes are too many for a cost model (at most {MAX_COST_MODEL_BYTES})"
        );
    }
    let text = fs::read_to_string(path).with_context(|| name.to_string())?;
    CostModel::from_toml(&text).map_err(|error| anyhow!("{name}: {error}"))
}
