//! zstd, fed piece by piece, with one context for the life of the exporter's thread.

use std::io;

use zstd::stream::raw::{Encoder, InBuffer, Operation, OutBuffer};

/// Compresses one body after another.
pub(crate) struct Compressor {
    encoder: Encoder<'static>,
}

/// Room that is made for compressed bytes at a time.
const STEP: usize = 64 << 10;

impl Compressor {
    pub(crate) fn new(level: i32) -> io::Result<Compressor> {
        Ok(Compressor { encoder: Encoder::new(level)? })
    }

    /// Begins a new body. The context, the costly part, stays.
    pub(crate) fn restart(&mut self) -> io::Result<()> {
        self.encoder.reinit()
    }

    /// Compresses `input` to the end of `out`.
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let mut input = InBuffer::around(input);
        while input.pos < input.src.len() {
            out.reserve(STEP);
            let end = out.len();
            self.encoder.run(&mut input, &mut OutBuffer::around_pos(out, end))?;
        }
        Ok(())
    }

    /// Ends the body.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        loop {
            out.reserve(STEP);
            let end = out.len();
            if self.encoder.finish(&mut OutBuffer::around_pos(out, end), true)? == 0 {
                return Ok(());
            }
        }
    }
}
