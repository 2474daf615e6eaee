//! A long text as the store keeps it: short ones as they are, long ones compressed.
//!
//! Texts are encoded while a request is read, on many threads, so that the one writer does not wait for it and no
//! second copy of the text is made.

/// Below this, zstd gains little and costs a frame's overhead.
const COMPRESS_ABOVE: usize = 1024;
const LEVEL: i32 = 3;

/// The first byte of a stored value.
const PLAIN: u8 = 0;
const ZSTD: u8 = 1;

/// A text, encoded.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct EncodedText(Vec<u8>);

/// Stored bytes that are no text any more, and why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct DamagedText(String);

impl EncodedText {
    pub(crate) fn new(text: &str) -> Self {
        EncodedText(compressed(text.as_bytes()).unwrap_or_else(|| [&[PLAIN], text.as_bytes()].concat()))
    }

    /// The bytes to store.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text again.
    pub(crate) fn text(&self) -> Result<String, DamagedText> {
        Self::decode(&self.0)
    }

    /// Whether it is the JSON object without members.
    pub(crate) fn is_empty_object(&self) -> bool {
        self.0 == [PLAIN, b'{', b'}']
    }

    /// The text of stored bytes.
    pub(crate) fn decode(bytes: &[u8]) -> Result<String, DamagedText> {
        let plain = match bytes.split_first() {
            Some((&PLAIN, plain)) => plain.to_vec(),
            // the file is our own, so the size written in the frame is trusted
            Some((&ZSTD, small)) => zstd::stream::decode_all(small)
                .map_err(|error| DamagedText(format!("a payload that does not decompress: {error}")))?,
            _ => return Err(DamagedText("a payload of unknown form".to_owned())),
        };
        String::from_utf8(plain).map_err(|_| DamagedText("a payload that is not UTF-8".to_owned()))
    }
}

/// The bytes compressed, behind their tag; `None` when that makes them no smaller.
fn compressed(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() <= COMPRESS_ABOVE {
        return None;
    }
    // a text that does not become smaller is not wanted, so there is no room for it; what is not written to is zero
    // pages of the operating system, which cost nothing
    let mut all = vec![0; bytes.len()];
    let (tag, room) = all.split_first_mut()?;
    *tag = ZSTD;
    let len = zstd::bulk::compress_to_buffer(bytes, room, LEVEL).ok()?;
    all.truncate(len + 1);
    all.shrink_to_fit();
    Some(all)
}

impl std::fmt::Debug for EncodedText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", Self::decode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let noise: String = (0..3000_u32).map(|n| char::from(33 + (n.wrapping_mul(n) % 89) as u8)).collect();
        for text in ["", "{}", &"long text ".repeat(1000), &noise] {
            let encoded = EncodedText::new(text);
            assert_eq!(EncodedText::decode(encoded.as_bytes()).unwrap(), text);
            assert!(encoded.as_bytes().len() <= text.len() + 1);
            assert_eq!(encoded.is_empty_object(), text == "{}");
        }
        assert!(EncodedText::new(&"a".repeat(100_000)).as_bytes().len() < 1000);
    }

    #[test]
    fn damage_is_an_error() {
        let whole = EncodedText::new(&"a".repeat(100_000));
        let mut turned = whole.as_bytes().to_vec();
        *turned.last_mut().unwrap() ^= 1;
        let cut = &whole.as_bytes()[..whole.as_bytes().len() - 1];
        for bytes in [&[][..], &[7, 1], &[ZSTD, 1, 2, 3], &[ZSTD], &[PLAIN, 0xff], cut] {
            assert!(EncodedText::decode(bytes).is_err(), "{bytes:?}");
        }
        // zstd has no checksum here, so a turned bit may also be another text; it never panics
        let _ = EncodedText::decode(&turned);
    }
}
