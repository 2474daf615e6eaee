//! Decompresses bodies with zstd, up to a limit: files may be damaged, or be decompression bombs by other programs.

use std::io;
#[cfg(feature = "zstd")]
use std::io::Read;

/// The longest body that is decompressed: a damaged or foreign one may claim any length.
pub(crate) const MAX_DECOMPRESSED: usize = 256 << 20;

/// Decompresses a body. `length`: its length before compression, if known.
///
/// # Errors
/// If the body is damaged, longer than `length`, or longer than [`MAX_DECOMPRESSED`].
#[cfg(feature = "zstd")]
pub(crate) fn decompress(body: &[u8], length: Option<usize>) -> io::Result<Vec<u8>> {
    let most = match length {
        Some(length) => length,
        // decompress once to measure: costs time, and no memory
        None => {
            let mut all = zstd::Decoder::with_buffer(body)?.take(MAX_DECOMPRESSED as u64 + 1);
            usize::try_from(io::copy(&mut all, &mut io::sink())?).unwrap_or(usize::MAX)
        }
    };
    if most > MAX_DECOMPRESSED {
        return Err(io::ErrorKind::InvalidData.into());
    }
    // allocate all of it at once: a buffer that grows exists twice for a moment
    let (mut plain, mut decoder) = (Vec::with_capacity(most), zstd::Decoder::with_buffer(body)?);
    (&mut decoder).take(most as u64).read_to_end(&mut plain)?;
    match decoder.read(&mut [0])? {
        0 => Ok(plain),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Fails: only a build with the feature `zstd` writes and reads compressed bodies.
#[cfg(not(feature = "zstd"))]
pub(crate) fn decompress(_: &[u8], _: Option<usize>) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, feature = "zstd"))]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_decompressed_than_allowed() {
        let text = vec![7; 100_000];
        let compressed = zstd::encode_all(&text[..], 1).unwrap();
        for (length, is_taken) in [
            (None, true),
            (Some(100_000), true),
            (Some(100_001), true),
            (Some(99_999), false),
            (Some(0), false),
            (Some(usize::MAX), false),
        ] {
            let plain = decompress(&compressed, length).ok();
            assert_eq!(plain.as_ref() == Some(&text), is_taken, "{length:?}");
            assert!(plain.is_none_or(|plain| plain.capacity() <= 100_001), "{length:?}");
        }
        // compressed, a few kilobytes
        let zeros = io::repeat(0).take(MAX_DECOMPRESSED as u64 + 1);
        let bomb = zstd::encode_all(zeros, 1).unwrap();
        assert!(bomb.len() < 100_000 && decompress(&bomb, None).is_err());
    }
}
