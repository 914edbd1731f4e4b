//! WASI preview 1 as the guest sees it: arguments, environment, directories, clocks, randomness.
//!
//! Takes [`WasiOptions`] and gives a [`WasiCtxBuilder`] with the process's own stdin, stdout and
//! stderr. Two contexts from equal options with a seed behave equally, reading for reading: that
//! is how a recording and an oracle run of the same program are made comparable.

pub mod deterministic;

use std::path::PathBuf;

use wasmtime::Linker;
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use crate::Error;

/// A host directory that the guest may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The directory on the host.
    pub host: PathBuf,
    /// Its path as the guest sees it.
    pub guest: String,
}

/// What the guest may see of the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WasiOptions {
    /// Argument 0 of the guest.
    pub program: String,
    /// The arguments after the program's name.
    pub arguments: Vec<String>,
    /// Environment variables: nothing else of the host's environment is visible.
    pub environment: Vec<(String, String)>,
    /// Directories that the guest may read and write.
    pub directories: Vec<Directory>,
    /// Seed of fixed clocks and random numbers; `None` for the host's own.
    pub seed: Option<u64>,
}

impl WasiOptions {
    /// The WASI context of these options, still to be built, with inherited standard streams.
    ///
    /// # Errors
    ///
    /// When a directory can't be opened.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = recorder::wasi::WasiOptions { seed: Some(1), ..Default::default() };
    /// let context = options.context()?.build_p1();
    /// # Ok::<(), recorder::Error>(())
    /// ```
    pub fn context(&self) -> Result<WasiCtxBuilder, Error> {
        let mut context = WasiCtxBuilder::new();
        context.inherit_stdio().allow_blocking_current_thread(true);
        context.arg(&self.program).args(&self.arguments).envs(&self.environment);
        for directory in &self.directories {
            context.preopened_dir(&directory.host, &directory.guest, FsPerms::ReadWrite).map_err(
                |error| Error::Directory {
                    path: directory.host.clone(),
                    message: error.root_cause().to_string(),
                },
            )?;
        }
        if let Some(seed) = self.seed {
            deterministic::apply(&mut context, seed);
        }
        Ok(context)
    }
}

/// Defines WASI preview 1 in `linker`, with the context that `get` finds in the store's data.
///
/// # Errors
///
/// When one of its names is defined already.
pub fn define<T: Send + 'static>(
    linker: &mut Linker<T>,
    get: impl Fn(&mut T) -> &mut WasiP1Ctx + Copy + Send + Sync + 'static,
) -> Result<(), Error> {
    p1::add_to_linker_sync(linker, get).map_err(Error::link)
}
