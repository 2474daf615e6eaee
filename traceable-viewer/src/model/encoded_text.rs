//! A long text as the store keeps it: very short ones as they are, others compressed.
//!
//! Texts are encoded while a request is read, on many threads, so that the one writer does not wait for it and no
//! second copy of the text is made.

use std::cell::RefCell;
use std::io::Read;
use std::sync::LazyLock;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// Below this, a frame's overhead is more than what zstd gains.
const COMPRESS_ABOVE: usize = 48;
const LEVEL: i32 = 3;
/// Of texts up to [`SHORT`], which with the dictionary become as small this way, in three quarters of the time. Longer
/// ones would become larger.
const SHORT_LEVEL: i32 = 1;
const SHORT: usize = 2 << 10;

/// The first byte of a stored value.
const PLAIN: u8 = 0;
/// Without a dictionary: of files that an older version wrote.
const ZSTD: u8 = 1;
/// With the dictionary of this file.
const ZSTD_WITH_DICTIONARY: u8 = 2;

/// What clients write again and again. A text of a kilobyte repeats little in itself; most of its JSON is here. What a
/// release has shipped never changes, for files of users are read with it: another dictionary gets another first byte.
const DICTIONARY: &[u8] = include_bytes!("dictionary.txt");

static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static SHORT_ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, SHORT_LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

/// Up to this size a text is decompressed at once; what a longer one claims as its size is not believed.
const AT_ONCE: u64 = 1 << 20;

/// What compresses longer texts is not kept: it holds megabytes, for each thread.
const MAX_KEPT: usize = 128 << 10;

thread_local! {
    // making one takes longer than to compress a kilobyte
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static SHORT_COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

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
            Some((&ZSTD, small)) => zstd::stream::decode_all(small).map_err(damaged)?,
            Some((&ZSTD_WITH_DICTIONARY, small)) => decompressed(small).map_err(damaged)?,
            _ => return Err(DamagedText("a payload of unknown form".to_owned())),
        };
        String::from_utf8(plain).map_err(|_| DamagedText("a payload that is not UTF-8".to_owned()))
    }
}

fn damaged(error: std::io::Error) -> DamagedText {
    DamagedText(format!("a payload that does not decompress: {error}"))
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
    *tag = ZSTD_WITH_DICTIONARY;
    let (kept, encoder) =
        if bytes.len() <= SHORT { (&SHORT_COMPRESSOR, &SHORT_ENCODER) } else { (&COMPRESSOR, &ENCODER) };
    let new = || Compressor::with_prepared_dictionary(encoder).ok();
    let len = if bytes.len() > MAX_KEPT {
        new()?.compress_to_buffer(bytes, room).ok()?
    } else {
        kept.with_borrow_mut(|compressor| {
            let compressor = match compressor {
                Some(compressor) => compressor,
                None => compressor.insert(new()?),
            };
            compressor.compress_to_buffer(bytes, room).ok()
        })?
    };
    all.truncate(len + 1);
    all.shrink_to_fit();
    Some(all)
}

fn decompressed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    match zstd::zstd_safe::get_frame_content_size(bytes) {
        Ok(Some(len @ 0..=AT_ONCE)) => DECOMPRESSOR.with_borrow_mut(|decompressor| {
            let decompressor = match decompressor {
                Some(decompressor) => decompressor,
                None => decompressor.insert(Decompressor::with_prepared_dictionary(&DECODER)?),
            };
            decompressor.decompress(bytes, usize::try_from(len).unwrap_or(usize::MAX))
        }),
        _ => {
            let mut text = Vec::new();
            zstd::stream::Decoder::with_prepared_dictionary(bytes, &DECODER)?.read_to_end(&mut text)?;
            Ok(text)
        }
    }
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
        let huge = "a longer text than fits at once ".repeat(50_000);
        for text in ["", "{}", &"long text ".repeat(1000), &noise, &huge] {
            let encoded = EncodedText::new(text);
            assert_eq!(EncodedText::decode(encoded.as_bytes()).unwrap(), text);
            assert!(encoded.as_bytes().len() <= text.len() + 1);
            assert_eq!(encoded.is_empty_object(), text == "{}");
        }
        assert!(EncodedText::new(&"a".repeat(100_000)).as_bytes().len() < 1000);
    }

    /// What an older version has written.
    #[test]
    fn without_a_dictionary() {
        let mut old = vec![ZSTD];
        old.extend(zstd::bulk::compress(&[b'a'; 5000], LEVEL).unwrap());
        assert_eq!(EncodedText::decode(&old).unwrap(), "a".repeat(5000));
    }

    #[test]
    fn what_clients_repeat_takes_little() {
        let extra = r#"{"metadata":{"LANGSMITH_PROJECT":"demo","ls_method":"traceable"},"runtime":{"sdk":"langsmith-py","sdk_version":"0.15.0","library":"langsmith","platform":"Linux","runtime":"python"}}"#;
        let len = EncodedText::new(extra).as_bytes().len();
        assert!(len < extra.len() / 2, "{len} of {}", extra.len());
    }

    #[test]
    fn damage_is_an_error() {
        let whole = EncodedText::new(&"a".repeat(100_000));
        let mut turned = whole.as_bytes().to_vec();
        *turned.last_mut().unwrap() ^= 1;
        let cut = &whole.as_bytes()[..whole.as_bytes().len() - 1];
        for bytes in
            [&[][..], &[7, 1], &[ZSTD, 1, 2, 3], &[ZSTD], &[ZSTD_WITH_DICTIONARY, 1], &[PLAIN, 0xff], cut]
        {
            assert!(EncodedText::decode(bytes).is_err(), "{bytes:?}");
        }
        // zstd has no checksum here, so a turned bit may also be another text; it never panics
        let _ = EncodedText::decode(&turned);
    }
}
