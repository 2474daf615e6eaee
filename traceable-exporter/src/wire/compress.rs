//! zstd, with one context for the life of the exporter's thread.

use std::io::{self, Read};

use super::MAX_UNPACKED;
use zstd::zstd_safe::zstd_sys::ZSTD_EndDirective as Directive;
use zstd::zstd_safe::{
    CCtx, CParameter, InBuffer, OutBuffer, ResetDirective, compress_bound, get_error_name,
};

/// Compresses one body after another.
pub(crate) struct Compressor {
    context: CCtx<'static>,
}

/// How far back level 1 looks for repetitions: 256 KiB instead of 512. On requests of 100 runs of generated text, fed
/// to the compressor alone, this took an eighth less time for the same size; text that repeats over a longer distance
/// may get larger.
const WINDOW_OF_LEVEL_1: u32 = 18;
/// Room that is made for compressed bytes at a time, at least.
const STEP: usize = 64 << 10;
/// And at most.
const MOST_ROOM: usize = 2 << 20;

impl Compressor {
    pub(crate) fn new(level: i32) -> io::Result<Compressor> {
        let mut context = CCtx::try_create().ok_or(io::ErrorKind::OutOfMemory)?;
        checked(context.set_parameter(CParameter::CompressionLevel(level)))?;
        if level == 1 {
            checked(context.set_parameter(CParameter::WindowLog(WINDOW_OF_LEVEL_1)))?;
        }
        Ok(Compressor { context })
    }

    /// Begins a new body. The context, the costly part, stays.
    pub(crate) fn restart(&mut self) -> io::Result<()> {
        checked(self.context.reset(ResetDirective::SessionOnly)).map(drop)
    }

    /// Compresses a part of a body to the end of `out`.
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let mut input = InBuffer::around(input);
        while input.pos < input.src.len() {
            make_room(out);
            self.run(&mut input, out, Directive::ZSTD_e_continue)?;
        }
        Ok(())
    }

    /// Compresses the last part of a body, and ends it. Where this is all of it, the compressor reads it where it is:
    /// fed piece by piece it copies everything first.
    pub(crate) fn finish(&mut self, input: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        out.reserve(compress_bound(input.len()));
        let mut input = InBuffer::around(input);
        while self.run(&mut input, out, Directive::ZSTD_e_end)? > 0 {
            out.reserve(STEP);
        }
        Ok(())
    }

    /// Returns how many bytes are left to be written, at least.
    fn run(
        &mut self,
        input: &mut InBuffer<'_>,
        out: &mut Vec<u8>,
        directive: Directive,
    ) -> io::Result<usize> {
        let end = out.len();
        checked(self.context.compress_stream2(&mut OutBuffer::around_pos(out, end), input, directive))
    }
}

/// A buffer that doubles is there three times over while it is moved, and may be half empty then.
fn make_room(out: &mut Vec<u8>) {
    if out.capacity() - out.len() < STEP {
        out.reserve_exact(out.len().clamp(STEP, MOST_ROOM));
    }
}

/// What a body was before it was compressed: of this length, if that is known.
pub(crate) fn unpack(body: &[u8], length: Option<usize>) -> io::Result<Vec<u8>> {
    let most = match length {
        Some(length) => length,
        // it takes some time, and no memory
        None => {
            let mut all = zstd::Decoder::with_buffer(body)?.take(MAX_UNPACKED as u64 + 1);
            usize::try_from(io::copy(&mut all, &mut io::sink())?).unwrap_or(usize::MAX)
        }
    };
    if most > MAX_UNPACKED {
        return Err(io::ErrorKind::InvalidData.into());
    }
    // room for all of it at once: a buffer that grows is twice there for a moment
    let (mut plain, mut decoder) = (Vec::with_capacity(most), zstd::Decoder::with_buffer(body)?);
    (&mut decoder).take(most as u64).read_to_end(&mut plain)?;
    match decoder.read(&mut [0])? {
        0 => Ok(plain),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn checked(result: Result<usize, usize>) -> io::Result<usize> {
    result.map_err(|code| io::Error::other(get_error_name(code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_unpacked_than_there_may_be() {
        let text = vec![7; 100_000];
        let packed = zstd::encode_all(&text[..], 1).unwrap();
        for (length, is_taken) in [
            (None, true),
            (Some(100_000), true),
            (Some(100_001), true),
            (Some(99_999), false),
            (Some(0), false),
            (Some(usize::MAX), false),
        ] {
            let plain = unpack(&packed, length).ok();
            assert_eq!(plain.as_ref() == Some(&text), is_taken, "{length:?}");
            assert!(plain.is_none_or(|plain| plain.capacity() <= 100_001), "{length:?}");
        }
        // a few kilobytes
        let zeros = io::repeat(0).take(MAX_UNPACKED as u64 + 1);
        let bomb = zstd::encode_all(zeros, 1).unwrap();
        assert!(bomb.len() < 100_000 && unpack(&bomb, None).is_err());
    }
}
