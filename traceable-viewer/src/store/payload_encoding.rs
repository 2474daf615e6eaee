//! How a payload is written in the file: short ones as they are, long ones compressed.

use crate::store::StoreError;

/// Below this, zstd gains little and costs a frame's overhead.
const COMPRESS_ABOVE: usize = 1024;
const LEVEL: i32 = 3;

/// The first byte of a stored value.
const PLAIN: u8 = 0;
const ZSTD: u8 = 1;

/// Makes the bytes to store of a text.
pub(crate) fn encode(text: &str) -> Vec<u8> {
    if text.len() > COMPRESS_ABOVE
        && let Ok(small) = zstd::bulk::compress(text.as_bytes(), LEVEL)
        && small.len() < text.len()
    {
        return tagged(ZSTD, &small);
    }
    tagged(PLAIN, text.as_bytes())
}

/// The text of stored bytes.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, StoreError> {
    let plain = match bytes.split_first() {
        Some((&PLAIN, plain)) => plain.to_vec(),
        // the file is our own, so the size written in the frame is trusted
        Some((&ZSTD, small)) => zstd::stream::decode_all(small)?,
        _ => return Err(StoreError::Damaged("a payload of unknown form".to_owned())),
    };
    String::from_utf8(plain).map_err(|_| StoreError::Damaged("a payload that is not UTF-8".to_owned()))
}

fn tagged(tag: u8, bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::with_capacity(bytes.len() + 1);
    all.push(tag);
    all.extend_from_slice(bytes);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["", "{}", &"long text ".repeat(1000)] {
            let encoded = encode(text);
            assert_eq!(decode(&encoded).unwrap(), text);
        }
        assert!(encode(&"a".repeat(100_000)).len() < 1000);
    }

    #[test]
    fn damage_is_an_error() {
        assert!(decode(&[]).is_err());
        assert!(decode(&[7, 1]).is_err());
        assert!(decode(&[ZSTD, 1, 2, 3]).is_err());
        assert!(decode(&[PLAIN, 0xff]).is_err());
    }
}
