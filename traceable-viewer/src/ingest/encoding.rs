//! Decompression, with a guard against bodies that unfold without end.

use std::io::{BufReader, Read};

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;

use crate::ingest::{limits::Limits, problem::Problem};

/// Memory a zstd frame may ask for: 2^27 bytes, the bound of the reference decoder.
const WINDOW_LOG: u32 = 27;

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

impl Encoding {
    /// Reads a `Content-Encoding` header.
    pub(crate) fn from_header(value: Option<&str>) -> Result<Self, Problem> {
        match value.map(|value| value.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => Ok(Encoding::Identity),
            Some("gzip" | "x-gzip") => Ok(Encoding::Gzip),
            Some("zstd") => Ok(Encoding::Zstd),
            Some(_) => {
                Err(Problem::Unsupported("Content-Encoding is not one of zstd, gzip and identity".to_owned()))
            }
        }
    }
}

/// The body unpacked.
pub(crate) fn decode(body: Bytes, encoding: Encoding, limits: &Limits) -> Result<Bytes, Problem> {
    match encoding {
        Encoding::Identity => Ok(body),
        Encoding::Gzip => unfold(MultiGzDecoder::new(&body[..]), body.len(), limits, "gzip"),
        Encoding::Zstd => {
            let broken = |error| broken("zstd", &error);
            let mut decoder =
                zstd::stream::read::Decoder::with_buffer(BufReader::new(&body[..])).map_err(broken)?;
            decoder.window_log_max(WINDOW_LOG).map_err(broken)?;
            unfold(decoder, body.len(), limits, "zstd")
        }
    }
}

fn unfold(mut from: impl Read, packed: usize, limits: &Limits, name: &str) -> Result<Bytes, Problem> {
    let most = packed.saturating_mul(limits.ratio).max(Limits::RATIO_FLOOR).min(limits.body);
    let mut all = Vec::new();
    // one byte more than allowed, to see whether there is more
    let end = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    from.by_ref().take(end).read_to_end(&mut all).map_err(|error| broken(name, &error))?;
    if all.len() > most {
        return Err(Problem::TooLarge(format!(
            "the {name} body of {packed} bytes unfolds to more than {most} bytes"
        )));
    }
    Ok(all.into())
}

fn broken(name: &str, error: &std::io::Error) -> Problem {
    Problem::Malformed(format!("the body is not valid {name}: {error}"))
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
    fn unpacks() {
        let limits = Limits::default();
        let text = b"some text, some text";
        assert_eq!(&decode(gzip(text), Encoding::Gzip, &limits).unwrap()[..], text);
        assert_eq!(&decode(zstd(text), Encoding::Zstd, &limits).unwrap()[..], text);
        let twice = [zstd(text), zstd(text)].concat();
        assert_eq!(decode(twice.into(), Encoding::Zstd, &limits).unwrap().len(), 2 * text.len());
    }

    #[test]
    fn stops_at_the_limits() {
        let zeros = vec![0; 40 << 20];
        let limits = Limits::default();
        assert!(matches!(decode(zstd(&zeros), Encoding::Zstd, &limits), Err(Problem::TooLarge(_))));
        let small = Limits { body: 1 << 20, ..limits };
        assert!(matches!(decode(gzip(&zeros), Encoding::Gzip, &small), Err(Problem::TooLarge(_))));
    }

    #[test]
    fn broken_bodies_are_malformed() {
        let limits = Limits::default();
        for (packed, encoding) in [(gzip(&[7; 999]), Encoding::Gzip), (zstd(&[7; 999]), Encoding::Zstd)] {
            for cut in 1..packed.len() {
                let result = decode(packed.slice(..cut), encoding, &limits);
                assert!(matches!(result, Err(Problem::Malformed(_))), "{encoding:?} cut at {cut}");
            }
            assert!(decode(Bytes::from_static(b"plain text"), encoding, &limits).is_err());
        }
    }

    #[test]
    fn names() {
        assert_eq!(Encoding::from_header(Some(" ZSTD")), Ok(Encoding::Zstd));
        assert!(Encoding::from_header(Some("gzip, zstd")).is_err());
    }
}
