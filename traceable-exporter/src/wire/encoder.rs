//! Encodes runs into request bodies, within the byte limit.

use std::io;

use super::batch_json::BatchJson;
#[cfg(feature = "zstd")]
use super::compression::Compressor;
use super::encoded::{Encoded, Format};
use super::multipart::Multipart;
use super::resource::Resource;
use super::run::Run;
use super::trim::{Trim, Trimmed};

/// The plain buffer goes to the compressor when it is longer than this, which bounds its size. Most bodies are shorter,
/// and are compressed in one piece.
#[cfg(feature = "zstd")]
const CHUNK: usize = 1 << 20;
/// The estimated framing around the parts of one run, in bytes.
const FRAMING: usize = 1 << 10;
/// A larger buffer is shrunk to this after its body.
const MAX_KEPT_CAPACITY: usize = 1 << 20;

/// Writes bodies, one at a time, into buffers that it reuses.
pub(crate) struct Encoder {
    resource: Resource,
    multipart: Multipart,
    batch: BatchJson,
    scratch: Vec<u8>,
    /// The plain body; of a compressed one, only what has not been compressed yet.
    plain: Vec<u8>,
    #[cfg(feature = "zstd")]
    compressed: Vec<u8>,
    #[cfg(feature = "zstd")]
    compressor: Option<Compressor>,
    level: Option<i32>,
    is_compressed: bool,
}

impl Encoder {
    /// `level`: of zstd; `None`: never compress.
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

    /// Encodes as many runs as fit into `limit` bytes before compression, from the first on, each without what `trim`
    /// leaves out. If the body holds no run, the first one does not fit by itself.
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

    /// The last body.
    pub(crate) fn body(&self) -> &[u8] {
        #[cfg(feature = "zstd")]
        if self.is_compressed {
            return &self.compressed;
        }
        &self.plain
    }

    /// Frees the last body, so that an idle worker holds none.
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
            run.write(
                &mut Trimmed::new(&mut self.batch, trim, run.left_out()),
                &mut self.scratch,
                &self.resource,
            );
            self.batch.end();
            if self.batch.len() > limit {
                self.batch.truncate(&mark);
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
            // one allocation: a buffer that doubles ends half empty
            let all: usize = runs.iter().map(|run| run.bytes() + FRAMING).sum();
            self.plain.reserve_exact(all.min(limit));
        }
        // plain bytes that have left the buffer for the compressor count against the limit too
        let mut compressed_bytes = 0;
        for run in runs {
            let (mark, content) = (self.plain.len(), self.multipart.content());
            let mut parts = self.multipart.start_run(&mut self.plain);
            run.write(&mut Trimmed::new(&mut parts, trim, run.left_out()), &mut self.scratch, &self.resource);
            if compressed_bytes + self.plain.len() + closing.len() > limit {
                self.plain.truncate(mark);
                self.multipart.set_content(content);
                break;
            }
            body.count(run);
            compressed_bytes += self.compress_chunk()?;
        }
        self.plain.extend_from_slice(&closing);
        body.plain_len = compressed_bytes + self.plain.len();
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
    if buffer.capacity() > MAX_KEPT_CAPACITY {
        buffer.shrink_to(MAX_KEPT_CAPACITY);
    }
}
