//! Serde types to bytes and back: the only place that names bincode.
//!
//! The encoding is bincode 2's standard one: little-endian, integers of variable length, enum
//! variants by number, sequences and strings behind their length, structs as their fields.
//!
//! Decoding never allocates much more than the input's own length, whatever lengths the input
//! claims: bincode's limit counts the bytes that values claim before they are allocated. It is a
//! constant of the type system there, so one of a few limits is chosen by the input's length.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes that are no encoding of the wanted type.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DecodeError(String);

/// A decoder may claim this many times the bytes of its input: one byte can encode a `u64`.
const CLAIM_FACTOR: usize = 8;

/// Inputs up to this length share the smallest limit.
const SMALL_BYTES: usize = 64 << 10;

/// Inputs longer than small ones and up to this length share the next limit.
const MEDIUM_BYTES: usize = 4 << 20;

/// The longest input that is decoded at all.
const LARGE_BYTES: usize = crate::limits::MAX_HEADER_BYTES;

/// Encodes `value`.
///
/// # Panics
///
/// When the type uses serde attributes that a format without field names cannot carry
/// (`flatten`, `untagged`, `skip`, …): no value of such a type can be encoded.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    bincode::serde::encode_to_vec(value, bincode::config::standard())
        .expect("types of this crate use no serde attribute that bincode cannot encode")
}

/// Decodes the whole of `bytes`.
///
/// # Errors
///
/// When `bytes` ends early, claims impossible lengths, holds an invalid value, or has bytes left
/// over at the end.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    let length = bytes.len();
    if length <= SMALL_BYTES {
        decode_within::<T, { CLAIM_FACTOR * SMALL_BYTES }>(bytes)
    } else if length <= MEDIUM_BYTES {
        decode_within::<T, { CLAIM_FACTOR * MEDIUM_BYTES }>(bytes)
    } else if length <= LARGE_BYTES {
        decode_within::<T, { CLAIM_FACTOR.saturating_mul(LARGE_BYTES) }>(bytes)
    } else {
        Err(DecodeError(format!("{length} bytes are more than {LARGE_BYTES}")))
    }
}

fn decode_within<T: DeserializeOwned, const LIMIT: usize>(bytes: &[u8]) -> Result<T, DecodeError> {
    let config = bincode::config::standard().with_limit::<LIMIT>();
    let (value, used) = bincode::serde::decode_from_slice(bytes, config)
        .map_err(|error| DecodeError(error.to_string()))?;
    match bytes.len() - used {
        0 => Ok(value),
        rest => Err(DecodeError(format!("{rest} bytes left over at the end"))),
    }
}

/// For `#[serde(with = "codec::bytes")]`: a `Vec<u8>` as one run of bytes instead of a sequence
/// of numbers, which is faster by an order of magnitude for modules of many megabytes.
pub(crate) mod bytes {
    use std::fmt;

    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        // Borrowed from the input, so that the claimed length is compared with what is there.
        deserializer.deserialize_bytes(BytesVisitor)
    }

    struct BytesVisitor;

    impl Visitor<'_> for BytesVisitor {
        type Value = Vec<u8>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back() {
        let value = (7u32, "seven".to_owned(), vec![Some(1u64), None]);
        let decoded: (u32, String, Vec<Option<u64>>) = decode(&encode(&value)).unwrap();
        assert_eq!(decoded, value);
    }

    #[test]
    fn a_huge_claimed_length_is_an_error() {
        // 253 announces a u64: a string of 2^60 bytes.
        let mut bytes = vec![253];
        bytes.extend(1u64.rotate_left(60).to_le_bytes());
        assert!(decode::<String>(&bytes).is_err());
        assert!(decode::<Vec<u64>>(&bytes).is_err());
        // A string that would fit the limit, but not the input.
        let mut bytes = vec![252];
        bytes.extend((100_000u32).to_le_bytes());
        assert!(decode::<String>(&bytes).is_err());
    }

    #[test]
    fn bytes_left_over_are_an_error() {
        let mut bytes = encode(&1u32);
        bytes.push(0);
        let error = decode::<u32>(&bytes).unwrap_err();
        assert_eq!(error.to_string(), "1 bytes left over at the end");
    }
}
