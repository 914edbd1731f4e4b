//! The contexts as a table in Apache Parquet, with the columns of the CSV.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::ExportError;
use super::contexts::Contexts;
use crate::limits::MAX_REPEATED_NAME;
use crate::names::shortened;

const SCHEMA: &str = "
message contexts {
    required int32 node (INTEGER(32, false));
    optional int32 parent (INTEGER(32, false));
    optional int32 function (INTEGER(32, false));
    required binary name (STRING);
    required int64 calls (INTEGER(64, false));
    required int64 self (INTEGER(64, false));
    required int64 total (INTEGER(64, false));
}";

/// Rows of a group: each of its columns is in memory at once.
const ROWS_PER_GROUP: usize = 1 << 18;

impl From<ParquetError> for ExportError {
    fn from(error: ParquetError) -> ExportError {
        ExportError::Io(io::Error::other(error))
    }
}

/// Writes a row for each context. Fuel has to fit 64 bits.
pub(super) fn write(contexts: &Contexts<'_>, sink: &mut impl Write) -> Result<(), ExportError> {
    contexts.total(u64::MAX)?;
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let properties = Arc::new(WriterProperties::builder().build());
    // The writer wants a sink that it may send to another thread, which not every sink is.
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties)?;
    let names: Vec<ByteArray> = contexts
        .frames
        .iter()
        .map(|frame| shortened(&frame.name, MAX_REPEATED_NAME).into_bytes().into())
        .collect();
    let inclusive = contexts.inclusive();
    let table = Table { contexts, names, inclusive };
    for start in (0..contexts.nodes.len()).step_by(ROWS_PER_GROUP) {
        let end = contexts.nodes.len().min(start + ROWS_PER_GROUP);
        let mut group = writer.next_row_group()?;
        table.write_rows(&mut group, start..end)?;
        group.close()?;
    }
    sink.write_all(&writer.into_inner()?)?;
    Ok(())
}

struct Table<'a> {
    contexts: &'a Contexts<'a>,
    names: Vec<ByteArray>,
    inclusive: Vec<u128>,
}

impl Table<'_> {
    fn write_rows(
        &self,
        group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
        rows: std::ops::Range<usize>,
    ) -> Result<(), ExportError> {
        let nodes = &self.contexts.nodes[rows.clone()];
        write_optional(group, rows.clone().map(|row| Some(row as u32)), false)?;
        write_optional(group, nodes.iter().map(|node| node.parent), true)?;
        let function = |row: usize| self.contexts.frame(row as u32).function;
        write_optional(group, rows.clone().map(function), true)?;
        self.write_names(group, rows.clone())?;
        write_fuel(group, nodes.iter().map(|node| node.calls))?;
        // The total fits, so that each part does.
        write_fuel(group, nodes.iter().map(|node| node.fuel as u64))?;
        write_fuel(group, rows.map(|row| self.inclusive[row] as u64))
    }

    fn write_names(
        &self,
        group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
        rows: std::ops::Range<usize>,
    ) -> Result<(), ExportError> {
        let frames = &self.contexts.frame_of[rows];
        let names: Vec<ByteArray> =
            frames.iter().map(|&frame| self.names[frame as usize].clone()).collect();
        let mut column = group.next_column()?.expect("the schema has seven columns");
        column.typed::<ByteArrayType>().write_batch(&names, None, None)?;
        Ok(column.close()?)
    }
}

fn write_optional(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: impl Iterator<Item = Option<u32>>,
    is_optional: bool,
) -> Result<(), ExportError> {
    let values: Vec<Option<u32>> = values.collect();
    let present: Vec<i32> = values.iter().flatten().map(|&value| value as i32).collect();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let mut column = group.next_column()?.expect("the schema has seven columns");
    let levels = is_optional.then_some(levels.as_slice());
    column.typed::<Int32Type>().write_batch(&present, levels, None)?;
    Ok(column.close()?)
}

fn write_fuel(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: impl Iterator<Item = u64>,
) -> Result<(), ExportError> {
    let values: Vec<i64> = values.map(|value| value as i64).collect();
    let mut column = group.next_column()?.expect("the schema has seven columns");
    column.typed::<Int64Type>().write_batch(&values, None, None)?;
    Ok(column.close()?)
}
