//! Encoding runs into the body of a request.

use std::io;

use super::batch_json::BatchJson;
#[cfg(feature = "zstd")]
use super::compress::Compressor;
use super::encoded::{Encoded, Format};
use super::multipart::Multipart;
use super::resource::Resource;
use super::run::Run;
use super::trim::{Trim, Trimmed};

/// Plain text above this length goes to the compressor, so that no more of it waits. Most bodies are shorter, and are
/// compressed in one go.
#[cfg(feature = "zstd")]
const CHUNK: usize = 1 << 20;
/// What the parts of a run need around them in a body, at most as a rule.
const FRAMING: usize = 1 << 10;
/// Buffers that grew larger for one body are given back afterwards.
const KEEP: usize = 1 << 20;

/// Writes bodies, one at a time, into buffers that stay.
pub(crate) struct Encoder {
    resource: Resource,
    multipart: Multipart,
    batch: BatchJson,
    scratch: Vec<u8>,
    /// The body; of a compressed one, what was not compressed yet.
    plain: Vec<u8>,
    #[cfg(feature = "zstd")]
    compressed: Vec<u8>,
    #[cfg(feature = "zstd")]
    compressor: Option<Compressor>,
    level: Option<i32>,
    is_compressed: bool,
}

impl Encoder {
    /// `level`: of zstd, or `None` for plain bodies always.
    pub(crate) fn new(resource: Resource, level: Option<i32>) -> Encoder {
        Encoder {
            resource,
            multipart: Multipart::new(),
            batch: BatchJson::default(),
            scratch: Vec::new(),
            plain: Vec::new(),
            #[cfg(feature = "zstd")]
            compressed: Vec::new(),
            #[cfg(feature = "zstd")]
            compressor: None,
            level,
            is_compressed: false,
        }
    }

    /// Makes a body of as many runs as fit into `limit` bytes before compression, from the first on, each without what
    /// `trim` says. None of them in it means that the first one does not fit by itself.
    ///
    /// # Errors
    /// If the compressor fails.
    pub(crate) fn encode(
        &mut self,
        runs: &[impl Run],
        format: Format,
        limit: usize,
        trim: Trim,
    ) -> io::Result<Encoded> {
        self.clear();
        match format {
            Format::Batch => Ok(self.encode_batch(runs, limit, trim)),
            Format::Multipart { compressed } => self.encode_multipart(runs, compressed, limit, trim),
        }
    }

    /// The body that was made last.
    pub(crate) fn body(&self) -> &[u8] {
        #[cfg(feature = "zstd")]
        if self.is_compressed {
            return &self.compressed;
        }
        &self.plain
    }

    /// Frees the body that was made last: a worker that has nothing to send holds none.
    pub(crate) fn clear(&mut self) {
        self.is_compressed = false;
        self.multipart.set_content(0);
        self.batch.clear();
        reset(&mut self.plain);
        #[cfg(feature = "zstd")]
        reset(&mut self.compressed);
    }

    fn encode_batch(&mut self, runs: &[impl Run], limit: usize, trim: Trim) -> Encoded {
        let mut body = Encoded::new(Format::Batch, "application/json".to_owned());
        for run in runs {
            let mark = self.batch.mark();
            run.write(&mut Trimmed::new(&mut self.batch, trim), &mut self.scratch, &self.resource);
            self.batch.end();
            if self.batch.len() > limit {
                self.batch.back_to(&mark);
                break;
            }
            body.count(run);
        }
        body.attachments_left_out = self.batch.attachments_left_out();
        self.batch.finish(&mut self.plain);
        body.plain_len = self.plain.len();
        body
    }

    fn encode_multipart(
        &mut self,
        runs: &[impl Run],
        compressed: bool,
        limit: usize,
        trim: Trim,
    ) -> io::Result<Encoded> {
        let mut body = Encoded::new(Format::Multipart { compressed }, self.multipart.content_type());
        let closing = self.multipart.closing();
        self.start_compressing(compressed)?;
        if !self.is_compressed {
            // a buffer that doubles is half empty in the end
            let all: usize = runs.iter().map(|run| run.bytes() + FRAMING).sum();
            self.plain.reserve_exact(all.min(limit));
        }
        // what was compressed and has left the plain buffer counts as well
        let mut gone = 0;
        for run in runs {
            let (mark, content) = (self.plain.len(), self.multipart.content());
            let mut parts = self.multipart.to(&mut self.plain);
            run.write(&mut Trimmed::new(&mut parts, trim), &mut self.scratch, &self.resource);
            if gone + self.plain.len() + closing.len() > limit {
                self.plain.truncate(mark);
                self.multipart.set_content(content);
                break;
            }
            body.count(run);
            gone += self.compress_chunk()?;
        }
        self.plain.extend_from_slice(&closing);
        body.plain_len = gone + self.plain.len();
        self.finish_compressing()?;
        body.uncompressed = self.is_compressed.then(|| self.multipart.content());
        Ok(body)
    }

    #[cfg(feature = "zstd")]
    fn start_compressing(&mut self, compressed: bool) -> io::Result<()> {
        let Some(level) = self.level.filter(|_| compressed) else { return Ok(()) };
        match &mut self.compressor {
            Some(compressor) => compressor.restart()?,
            None => self.compressor = Some(Compressor::new(level)?),
        }
        self.is_compressed = true;
        Ok(())
    }

    /// Returns how many plain bytes were compressed.
    #[cfg(feature = "zstd")]
    fn compress_chunk(&mut self) -> io::Result<usize> {
        match &mut self.compressor {
            Some(compressor) if self.is_compressed && self.plain.len() >= CHUNK => {
                compressor.push(&self.plain, &mut self.compressed)?;
                let compressed = self.plain.len();
                self.plain.clear();
                Ok(compressed)
            }
            _ => Ok(0),
        }
    }

    #[cfg(feature = "zstd")]
    fn finish_compressing(&mut self) -> io::Result<()> {
        if let Some(compressor) = self.compressor.as_mut().filter(|_| self.is_compressed) {
            compressor.finish(&self.plain, &mut self.compressed)?;
        }
        Ok(())
    }

    #[cfg(not(feature = "zstd"))]
    fn start_compressing(&mut self, compressed: bool) -> io::Result<()> {
        let _ = (compressed, self.level);
        Ok(())
    }

    #[cfg(not(feature = "zstd"))]
    fn compress_chunk(&mut self) -> io::Result<usize> {
        Ok(0)
    }

    #[cfg(not(feature = "zstd"))]
    fn finish_compressing(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn reset(buffer: &mut Vec<u8>) {
    buffer.clear();
    if buffer.capacity() > KEEP {
        buffer.shrink_to(KEEP);
    }
}
