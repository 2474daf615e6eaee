//! Compression with zstd. The context lives as long as the worker that uses it.

use std::io;

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

fn checked(result: Result<usize, usize>) -> io::Result<usize> {
    result.map_err(|code| io::Error::other(get_error_name(code)))
}
