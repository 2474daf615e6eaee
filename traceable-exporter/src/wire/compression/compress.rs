//! Compresses bodies with zstd. A worker keeps one compression context for all its bodies.

use std::io;

use zstd::zstd_safe::zstd_sys::ZSTD_EndDirective as Directive;
use zstd::zstd_safe::{
    CCtx, CParameter, InBuffer, OutBuffer, ResetDirective, compress_bound, get_error_name,
};

/// Compresses one body after another.
pub(crate) struct Compressor {
    context: CCtx<'static>,
}

/// The window of level 1: 256 KiB instead of 512. On requests of 100 runs of generated text, the compressor alone took
/// an eighth less time for the same size; text that repeats over a longer distance may get larger.
const WINDOW_OF_LEVEL_1: u32 = 18;
/// The output buffer grows by at least this much.
const MIN_GROWTH: usize = 64 << 10;
/// And by at most this much.
const MAX_GROWTH: usize = 2 << 20;

impl Compressor {
    pub(crate) fn new(level: i32) -> io::Result<Compressor> {
        let mut context = CCtx::try_create().ok_or(io::ErrorKind::OutOfMemory)?;
        checked(context.set_parameter(CParameter::CompressionLevel(level)))?;
        if level == 1 {
            checked(context.set_parameter(CParameter::WindowLog(WINDOW_OF_LEVEL_1)))?;
        }
        Ok(Compressor { context })
    }

    /// Begins a new body. Keeps the context, which is costly to create.
    pub(crate) fn restart(&mut self) -> io::Result<()> {
        checked(self.context.reset(ResetDirective::SessionOnly)).map(drop)
    }

    /// Compresses a piece of a body, and appends it to `out`.
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let mut input = InBuffer::around(input);
        while input.pos < input.src.len() {
            grow(out);
            self.run(&mut input, out, Directive::ZSTD_e_continue)?;
        }
        Ok(())
    }

    /// Compresses the last piece of a body, and ends the frame. A body in one piece is compressed without a copy;
    /// several pieces are copied by the compressor first.
    pub(crate) fn finish(&mut self, input: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        out.reserve(compress_bound(input.len()));
        let mut input = InBuffer::around(input);
        while self.run(&mut input, out, Directive::ZSTD_e_end)? > 0 {
            out.reserve(MIN_GROWTH);
        }
        Ok(())
    }

    /// Returns a lower bound of the bytes that are still to be written.
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

/// Grows the buffer in limited steps: one that doubles needs three times its size while it is moved, and may stay half
/// empty.
fn grow(out: &mut Vec<u8>) {
    if out.capacity() - out.len() < MIN_GROWTH {
        out.reserve_exact(out.len().clamp(MIN_GROWTH, MAX_GROWTH));
    }
}

fn checked(result: Result<usize, usize>) -> io::Result<usize> {
    result.map_err(|code| io::Error::other(get_error_name(code)))
}
