//! Decompression, and the protection from decompression bombs: small bodies that grow without end.
//!
//! It stops at the smallest of three bounds of `RequestLimits`: bytes of a body, ratio to the compressed body (above a
//! floor, for traces compress well), and for zstd the memory of a window.

use std::io::{BufReader, Read};

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;

use crate::ingest::{request_error::RequestError, request_limits::RequestLimits};

/// Memory that a zstd frame may ask for: 2^27 bytes, the bound of the reference decoder.
const MAX_ZSTD_WINDOW_LOG: u32 = 27;

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentEncoding {
    Identity,
    Gzip,
    Zstd,
}

impl ContentEncoding {
    /// Reads a `Content-Encoding` header.
    pub(crate) fn from_header(value: Option<&str>) -> Result<Self, RequestError> {
        match value.map(|value| value.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => Ok(ContentEncoding::Identity),
            Some("gzip" | "x-gzip") => Ok(ContentEncoding::Gzip),
            Some("zstd") => Ok(ContentEncoding::Zstd),
            Some(_) => Err(RequestError::Unsupported(
                "Content-Encoding is not one of zstd, gzip and identity".to_owned(),
            )),
        }
    }
}

/// The body, decompressed.
pub(crate) fn decompress(
    body: Bytes,
    encoding: ContentEncoding,
    limits: &RequestLimits,
) -> Result<Bytes, RequestError> {
    match encoding {
        ContentEncoding::Identity => Ok(body),
        ContentEncoding::Gzip => read_bounded(MultiGzDecoder::new(&body[..]), body.len(), limits, "gzip"),
        ContentEncoding::Zstd => {
            let broken = |error| broken("zstd", &error);
            let mut decoder =
                zstd::stream::read::Decoder::with_buffer(BufReader::new(&body[..])).map_err(broken)?;
            decoder.window_log_max(MAX_ZSTD_WINDOW_LOG).map_err(broken)?;
            read_bounded(decoder, body.len(), limits, "zstd")
        }
    }
}

fn read_bounded(
    mut from: impl Read,
    compressed: usize,
    limits: &RequestLimits,
    name: &str,
) -> Result<Bytes, RequestError> {
    let most = compressed
        .saturating_mul(limits.max_ratio)
        .max(RequestLimits::RATIO_FLOOR)
        .min(limits.max_body_bytes);
    let mut all = Vec::new();
    // one byte more than allowed, to see whether there is more
    let end = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    from.by_ref().take(end).read_to_end(&mut all).map_err(|error| broken(name, &error))?;
    if all.len() > most {
        return Err(RequestError::TooLarge(format!(
            "the {name} body of {compressed} bytes decompresses to more than {most} bytes"
        )));
    }
    Ok(all.into())
}

fn broken(name: &str, error: &std::io::Error) -> RequestError {
    RequestError::Malformed(format!("the body is not valid {name}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Bytes {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap().into()
    }

    fn zstd(bytes: &[u8]) -> Bytes {
        zstd::encode_all(bytes, 1).unwrap().into()
    }

    #[test]
    fn decompresses() {
        let limits = RequestLimits::default();
        let text = b"some text, some text";
        assert_eq!(&decompress(gzip(text), ContentEncoding::Gzip, &limits).unwrap()[..], text);
        assert_eq!(&decompress(zstd(text), ContentEncoding::Zstd, &limits).unwrap()[..], text);
        let twice = [zstd(text), zstd(text)].concat();
        assert_eq!(decompress(twice.into(), ContentEncoding::Zstd, &limits).unwrap().len(), 2 * text.len());
    }

    #[test]
    fn stops_at_the_limits() {
        let zeros = vec![0; 40 << 20];
        let limits = RequestLimits::default();
        assert!(matches!(
            decompress(zstd(&zeros), ContentEncoding::Zstd, &limits),
            Err(RequestError::TooLarge(_))
        ));
        let small = RequestLimits { max_body_bytes: 1 << 20, ..limits };
        assert!(matches!(
            decompress(gzip(&zeros), ContentEncoding::Gzip, &small),
            Err(RequestError::TooLarge(_))
        ));
    }

    #[test]
    fn broken_bodies_are_malformed() {
        let limits = RequestLimits::default();
        for (compressed, encoding) in
            [(gzip(&[7; 999]), ContentEncoding::Gzip), (zstd(&[7; 999]), ContentEncoding::Zstd)]
        {
            for cut in 1..compressed.len() {
                let result = decompress(compressed.slice(..cut), encoding, &limits);
                assert!(matches!(result, Err(RequestError::Malformed(_))), "{encoding:?} cut at {cut}");
            }
            assert!(decompress(Bytes::from_static(b"plain text"), encoding, &limits).is_err());
        }
    }

    #[test]
    fn names() {
        assert_eq!(ContentEncoding::from_header(Some(" ZSTD")), Ok(ContentEncoding::Zstd));
        assert!(ContentEncoding::from_header(Some("gzip, zstd")).is_err());
    }
}
