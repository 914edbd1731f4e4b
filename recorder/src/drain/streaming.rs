//! Copying past the caches.
//!
//! The lines of a buffer that went round are in the caches of the writer's core. A plain store to one of them waits until
//! it is taken away from there, which takes long where the two cores share no cache. Streaming stores write whole lines
//! to memory and read none. And they leave the program what it has in the caches of its own core.
//!
//! `cargo bench -p benches --bench pieces -- handover` compares both.

/// Replaces what is in `buffer` by `bytes`. By streaming stores on x86-64, elsewhere by plain ones.
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub fn fill(buffer: &mut Vec<u8>, bytes: &[u8]) {
    use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_sfence, _mm_stream_si128};
    const LANES: usize = size_of::<__m128i>();

    buffer.clear();
    buffer.reserve(bytes.len());
    let unaligned = buffer.as_ptr().align_offset(LANES).min(bytes.len());
    let (head, bytes) = bytes.split_at(unaligned);
    buffer.extend_from_slice(head);
    let vectors = bytes.chunks_exact(LANES);
    let (streamed, tail) = (vectors.len() * LANES, vectors.remainder());
    for (to, from) in buffer.spare_capacity_mut().chunks_exact_mut(LANES).zip(vectors) {
        // SAFETY: both have 16 bytes, and `to` starts at a multiple of 16, because the buffer does behind `head`.
        #[allow(unsafe_code)]
        unsafe {
            _mm_stream_si128(to.as_mut_ptr().cast(), _mm_loadu_si128(from.as_ptr().cast()));
        }
    }
    // SAFETY: so many bytes behind the buffer's length were written just now, inside of its capacity. Streaming stores
    // are in no order with others: the fence lets nobody be told of them before they are done.
    #[allow(unsafe_code)]
    unsafe {
        _mm_sfence();
        buffer.set_len(buffer.len() + streamed);
    }
    buffer.extend_from_slice(tail);
}

/// Replaces what is in `buffer` by `bytes`.
#[cfg(not(all(target_arch = "x86_64", not(miri))))]
pub fn fill(buffer: &mut Vec<u8>, bytes: &[u8]) {
    buffer.clear();
    buffer.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_hold_what_was_copied_wherever_it_starts_and_ends() {
        let source: Vec<u8> = (0..=255).cycle().take(600).collect();
        for length in (0..70).chain([255, 256, 257, 511, 512, 513]) {
            for start in 0..20 {
                let bytes = &source[start..start + length];
                let mut buffer = vec![0xff; start * 3];
                fill(&mut buffer, bytes);
                assert_eq!(buffer, bytes, "{length} bytes from {start}");
            }
        }
    }
}
