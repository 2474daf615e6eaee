//! Decompression, and the protection from decompression bombs: small bodies that grow without end.
//!
//! It stops at the smallest of these bounds: bytes of a body, the memory of all requests together, and for zstd the
//! memory of a window. How often longer a body becomes is no bound, for texts of one letter are no bombs; a body that
//! becomes far longer is read once to measure it, and only kept if it fits.

use std::io::{BufReader, Read};

use bytes::Bytes;
use flate2::bufread::{MultiGzDecoder, ZlibDecoder};

use crate::ingest::{request_error::RequestError, request_limits::RequestLimits};
use crate::memory_budget::Reservation;

/// Memory that a zstd frame may ask for: 2^23 bytes, the bound of RFC 9659 for bodies in HTTP.
const MAX_ZSTD_WINDOW_LOG: u32 = 23;

/// The memory of a decoder: the window, and buffers.
const DECODER_BYTES: usize = (1 << MAX_ZSTD_WINDOW_LOG) + (1 << 20);

/// Bytes that the first piece of a decompressed body has room for; each later one has as much as all before it.
const FIRST_STEP: usize = 64 << 10;

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentEncoding {
    Identity,
    Gzip,
    /// The format of zlib, as HTTP means it.
    Deflate,
    Zstd,
}

impl ContentEncoding {
    /// Reads a `Content-Encoding` header.
    pub(crate) fn from_header(value: Option<&str>) -> Result<Self, RequestError> {
        match value.map(|value| value.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => Ok(ContentEncoding::Identity),
            Some("gzip" | "x-gzip") => Ok(ContentEncoding::Gzip),
            Some("deflate") => Ok(ContentEncoding::Deflate),
            Some("zstd") => Ok(ContentEncoding::Zstd),
            Some(_) => Err(RequestError::Unsupported(
                "Content-Encoding is not one of zstd, gzip, deflate and identity".to_owned(),
            )),
        }
    }
}

/// The body, decompressed. The reservation, which counts the body as it came, counts the result afterwards, and both
/// meanwhile.
pub(crate) fn decompress(
    body: Bytes,
    encoding: ContentEncoding,
    limits: &RequestLimits,
    reservation: &mut Reservation,
) -> Result<Bytes, RequestError> {
    let decompressed = match encoding {
        ContentEncoding::Identity => return Ok(body),
        ContentEncoding::Gzip => {
            read_bounded(|| Ok(MultiGzDecoder::new(&body[..])), body.len(), limits, "gzip", reservation)?
        }
        ContentEncoding::Deflate => {
            read_bounded(|| Ok(ZlibDecoder::new(&body[..])), body.len(), limits, "deflate", reservation)?
        }
        ContentEncoding::Zstd => {
            // one to measure, one to read
            reservation.grow_waiting(2 * DECODER_BYTES)?;
            let decoder = || {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(BufReader::new(&body[..]))?;
                decoder.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
                Ok(decoder)
            };
            let decompressed = read_bounded(decoder, body.len(), limits, "zstd", reservation)?;
            reservation.shrink(2 * DECODER_BYTES);
            decompressed
        }
    };
    let compressed = body.len();
    drop(body);
    reservation.shrink(compressed);
    Ok(decompressed)
}

fn read_bounded<R: Read>(
    decoder: impl Fn() -> std::io::Result<R>,
    compressed: usize,
    limits: &RequestLimits,
    name: &str,
    reservation: &mut Reservation,
) -> Result<Bytes, RequestError> {
    let most = limits.max_body_bytes;
    let too_large = || {
        RequestError::TooLarge(format!(
            "the {name} body of {compressed} bytes decompresses to more than {most} bytes"
        ))
    };
    let broken = |error| broken(name, &error);
    let floor = compressed.saturating_mul(RequestLimits::BOMB_RATIO).max(RequestLimits::BOMB_FLOOR);
    let mut measured = false;
    let mut from = decoder().map_err(broken)?;
    let mut all = Vec::new();
    // one byte more than allowed, to see whether there is more
    while all.len() <= most {
        if all.len() > floor && !measured {
            if !ends_within(&mut decoder().map_err(broken)?, most).map_err(broken)? {
                return Err(too_large());
            }
            measured = true;
        }
        let step = all.len().max(FIRST_STEP).min(most + 1 - all.len());
        reservation.grow_waiting(step)?;
        all.reserve_exact(step);
        let end = u64::try_from(step).unwrap_or(u64::MAX);
        let read = from.by_ref().take(end).read_to_end(&mut all).map_err(broken)?;
        if read < step {
            all.shrink_to_fit();
            reservation.shrink(step - read);
            break;
        }
    }
    if all.len() > most { Err(too_large()) } else { Ok(all.into()) }
}

/// Whether there are no more bytes than these; what is read is thrown away.
fn ends_within(from: &mut impl Read, most: usize) -> std::io::Result<bool> {
    let one_more = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    Ok(std::io::copy(&mut from.take(one_more), &mut std::io::sink())? < one_more)
}

fn broken(name: &str, error: &std::io::Error) -> RequestError {
    RequestError::Malformed(format!("the body is not valid {name}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::memory_budget::{MemoryBudget, OverBudget};

    fn decompress(
        body: Bytes,
        encoding: ContentEncoding,
        limits: &RequestLimits,
    ) -> Result<Bytes, RequestError> {
        let mut reservation = MemoryBudget::new(1 << 30).reservation();
        reservation.grow(body.len()).unwrap();
        super::decompress(body, encoding, limits, &mut reservation)
    }

    fn gzip(bytes: &[u8]) -> Bytes {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap().into()
    }

    fn deflate(bytes: &[u8]) -> Bytes {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
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
        assert_eq!(&decompress(deflate(text), ContentEncoding::Deflate, &limits).unwrap()[..], text);
        let twice = [zstd(text), zstd(text)].concat();
        assert_eq!(decompress(twice.into(), ContentEncoding::Zstd, &limits).unwrap().len(), 2 * text.len());
    }

    #[test]
    fn stops_at_the_limits() {
        let zeros = vec![0; 40 << 20];
        let limits = RequestLimits::default();
        for (body, encoding) in [(zstd(&zeros), ContentEncoding::Zstd), (gzip(&zeros), ContentEncoding::Gzip)]
        {
            assert!(body.len() < zeros.len() / 500, "looks like a bomb");
            assert_eq!(decompress(body, encoding, &limits).unwrap().len(), zeros.len());
        }
        let small = RequestLimits { max_body_bytes: 1 << 20, ..limits };
        assert!(matches!(
            decompress(gzip(&zeros), ContentEncoding::Gzip, &small),
            Err(RequestError::TooLarge(_))
        ));
    }

    /// A bomb takes no more memory than the floor at which it is measured, twice.
    #[test]
    fn bombs_are_measured_first() {
        let zeros = vec![0; 64 << 20];
        let limits = RequestLimits { max_body_bytes: 60 << 20, ..RequestLimits::default() };
        for (body, encoding) in [(zstd(&zeros), ContentEncoding::Zstd), (gzip(&zeros), ContentEncoding::Gzip)]
        {
            let room = body.len() + 2 * DECODER_BYTES + 2 * RequestLimits::BOMB_FLOOR + FIRST_STEP;
            let mut reservation = MemoryBudget::new(room).reservation();
            reservation.grow(body.len()).unwrap();
            let error = super::decompress(body, encoding, &limits, &mut reservation).unwrap_err();
            assert!(error.to_string().contains("decompresses to more than"), "{error}");
        }
    }

    #[test]
    fn every_copy_is_counted() {
        let text: Vec<u8> = (0..300_000).flat_map(|n| format!("{n} ").into_bytes()).collect();
        for (body, encoding) in [(gzip(&text), ContentEncoding::Gzip), (zstd(&text), ContentEncoding::Zstd)] {
            let max = text.len() + 3 * DECODER_BYTES;
            let budget = MemoryBudget::new(max);
            let (mut one, mut other) = (budget.reservation(), budget.reservation());
            one.grow(body.len()).unwrap();
            let decompressed =
                super::decompress(body.clone(), encoding, &RequestLimits::default(), &mut one).unwrap();
            assert_eq!(decompressed.len(), text.len());
            assert_eq!(other.grow(max - text.len() + 1), Err(OverBudget::Now), "the result is counted");
            other.grow(max - text.len()).expect("and nothing else");
            // a body that never fits stops where the memory ends
            let decoder = if encoding == ContentEncoding::Zstd { 2 * DECODER_BYTES } else { 0 };
            let mut small = MemoryBudget::new(body.len() + decoder + text.len() / 2).reservation();
            small.grow(body.len()).unwrap();
            let result = super::decompress(body, encoding, &RequestLimits::default(), &mut small);
            assert!(matches!(result, Err(RequestError::TooLarge(_))), "{encoding:?}");
        }
    }

    #[test]
    fn windows_are_bounded() {
        let text = vec![7; 1 << 20];
        let with_window = |log| {
            let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).unwrap();
            encoder.window_log(log).unwrap();
            encoder.write_all(&text).unwrap();
            Bytes::from(encoder.finish().unwrap())
        };
        let limits = RequestLimits::default();
        assert!(decompress(with_window(23), ContentEncoding::Zstd, &limits).is_ok());
        let error = decompress(with_window(24), ContentEncoding::Zstd, &limits).unwrap_err();
        assert!(matches!(error, RequestError::Malformed(_)), "{error}");
    }

    #[test]
    fn broken_bodies_are_malformed() {
        let limits = RequestLimits::default();
        for (compressed, encoding) in [
            (gzip(&[7; 999]), ContentEncoding::Gzip),
            (zstd(&[7; 999]), ContentEncoding::Zstd),
            (deflate(&[7; 999]), ContentEncoding::Deflate),
        ] {
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
