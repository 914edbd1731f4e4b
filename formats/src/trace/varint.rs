//! Unsigned LEB128: seven bits a byte, the lowest first, the high bit set on all but the last.
//! Signed numbers are folded first: 0, -1, 1, -2, … are 0, 1, 2, 3, …

/// Bytes of the longest numbers.
const MAX_BYTES: usize = 10;

pub(super) fn write(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads a number from the front of `bytes`. `None` when there is no whole one, or when it does
/// not fit 64 bits.
pub(super) fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for (index, &byte) in bytes.iter().enumerate().take(MAX_BYTES) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            *bytes = &bytes[index + 1..];
            // Of the last of ten bytes there is room for one bit.
            return (index + 1 < MAX_BYTES || byte <= 1).then_some(value);
        }
    }
    None
}

/// The unsigned number that stands for a signed one.
pub(super) fn fold(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

/// The signed number that an unsigned one stands for.
pub(super) fn unfold(folded: u64) -> i64 {
    (folded >> 1).cast_signed() ^ -(folded & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_numbers_come_back_and_small_ones_are_short() {
        for (folded, number) in [0, -1, 1, -2, 2].into_iter().enumerate() {
            assert_eq!(fold(number), folded as u64);
        }
        for number in [0, -1, 1, 1 << 40, -(1 << 40), i64::MAX, i64::MIN] {
            assert_eq!(unfold(fold(number)), number);
        }
    }

    #[test]
    fn numbers_of_every_length_come_back() {
        for shift in 0..64 {
            for value in [(1u64 << shift) - 1, 1 << shift, u64::MAX >> shift] {
                let mut bytes = Vec::new();
                write(&mut bytes, value);
                assert_eq!(bytes.len(), (64 - value.leading_zeros()).div_ceil(7).max(1) as usize);
                let mut rest = bytes.as_slice();
                assert_eq!(read(&mut rest), Some(value));
                assert!(rest.is_empty());
            }
        }
    }

    #[test]
    fn numbers_that_end_early_or_overflow_are_refused() {
        assert_eq!(read(&mut [].as_slice()), None);
        assert_eq!(read(&mut [0x80, 0x80].as_slice()), None);
        let mut bytes = [0xff; 10];
        assert_eq!(read(&mut bytes.as_slice()), None);
        bytes[9] = 1;
        assert_eq!(read(&mut bytes.as_slice()), Some(u64::MAX));
        bytes[9] = 2;
        assert_eq!(read(&mut bytes.as_slice()), None);
    }
}
