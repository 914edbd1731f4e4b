//! The bytes of the ring as words.

/// Words of one segment; kept between segments, so that loading allocates nothing in steady state.
#[derive(Default)]
pub(super) struct WordBuffer {
    words: Vec<u32>,
}

impl WordBuffer {
    /// The whole words in `bytes`, which are little-endian.
    pub(super) fn load(&mut self, bytes: &[u8]) -> &[u32] {
        let (words, _) = bytes.as_chunks();
        self.words.clear();
        self.words.extend(words.iter().map(|&word| u32::from_le_bytes(word)));
        &self.words
    }
}
