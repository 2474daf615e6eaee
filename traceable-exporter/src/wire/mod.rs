//! From runs to the body of a request.

mod batch_json;
#[cfg(feature = "zstd")]
mod compress;
mod json;
mod multipart;
mod parts;
mod placement;
mod remap;
mod run;
mod run_json;
mod stored;
mod trim;

use std::io;

use batch_json::BatchJson;
#[cfg(feature = "zstd")]
use compress::Compressor;
#[cfg(feature = "zstd")]
pub(crate) use compress::unpack;
use multipart::Multipart;
pub(crate) use placement::{Changes, Placement, Spot};
pub(crate) use run::{Field, Pieces, Run};
pub(crate) use run_json::{Shared, name, write};
pub(crate) use stored::{StoredRun, read as read_runs};
pub(crate) use trim::Trim;
use trim::Trimmed;

/// Which of the server's ways in a body is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `/runs/multipart`.
    Multipart {
        /// Whether the server takes zstd.
        compressed: bool,
    },
    /// `/runs/batch`.
    Batch,
}

/// What a finished body is, besides its bytes.
pub(crate) struct Encoded {
    pub(crate) format: Format,
    /// How many of the runs are in it.
    pub(crate) runs: usize,
    /// Names that were cut in it.
    pub(crate) names_cut: u64,
    /// Attachments that had no place in it.
    pub(crate) attachments_left_out: u64,
    pub(crate) content_type: String,
    /// Set if the body is compressed: bytes before, without the framing.
    pub(crate) uncompressed: Option<usize>,
    /// Bytes of the whole body before it was compressed.
    pub(crate) unpacked: usize,
}

/// Plain text above this length goes to the compressor, so that no more of it waits. Most bodies are shorter, and are
/// compressed in one go.
#[cfg(feature = "zstd")]
const CHUNK: usize = 1 << 20;
/// The longest body that is unpacked: a damaged one, or one of strangers, may claim to be of any length.
pub(crate) const MAX_UNPACKED: usize = 256 << 20;
/// What the parts of a run need around them in a body, at most as a rule.
const FRAMING: usize = 1 << 10;
/// Buffers that grew larger for one body are given back afterwards.
const KEEP: usize = 1 << 20;

/// Writes bodies, one at a time, into buffers that stay.
pub(crate) struct Encoder {
    shared: Shared,
    multipart: Multipart,
    batch: BatchJson,
    scratch: Vec<u8>,
    /// The body; of a compressed one, what was not compressed yet.
    plain: Vec<u8>,
    #[cfg(feature = "zstd")]
    packed: Vec<u8>,
    #[cfg(feature = "zstd")]
    compressor: Option<Compressor>,
    level: Option<i32>,
    is_packed: bool,
}

impl Encoder {
    /// `level`: of zstd, or `None` for plain bodies always.
    pub(crate) fn new(shared: Shared, level: Option<i32>) -> Encoder {
        Encoder {
            shared,
            multipart: Multipart::new(),
            batch: BatchJson::default(),
            scratch: Vec::new(),
            plain: Vec::new(),
            #[cfg(feature = "zstd")]
            packed: Vec::new(),
            #[cfg(feature = "zstd")]
            compressor: None,
            level,
            is_packed: false,
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
        if self.is_packed {
            return &self.packed;
        }
        &self.plain
    }

    /// Gets rid of the body that was made last: who has nothing to send holds none.
    pub(crate) fn clear(&mut self) {
        self.is_packed = false;
        self.multipart.set_content(0);
        self.batch.clear();
        reset(&mut self.plain);
        #[cfg(feature = "zstd")]
        reset(&mut self.packed);
    }

    fn encode_batch(&mut self, runs: &[impl Run], limit: usize, trim: Trim) -> Encoded {
        let mut body = Encoded::new(Format::Batch, "application/json".to_owned());
        for run in runs {
            let mark = self.batch.mark();
            run.write(&mut Trimmed::new(&mut self.batch, trim), &mut self.scratch, &self.shared);
            self.batch.end();
            if self.batch.len() > limit {
                self.batch.back_to(&mark);
                break;
            }
            body.count(run);
        }
        body.attachments_left_out = self.batch.attachments_left_out();
        self.batch.finish(&mut self.plain);
        body.unpacked = self.plain.len();
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
        self.start_packing(compressed)?;
        if !self.is_packed {
            // a buffer that doubles is half empty in the end
            let all: usize = runs.iter().map(|run| run.bytes() + FRAMING).sum();
            self.plain.reserve_exact(all.min(limit));
        }
        // what was compressed and has left the plain buffer counts as well
        let mut gone = 0;
        for run in runs {
            let (mark, content) = (self.plain.len(), self.multipart.content());
            let mut parts = self.multipart.to(&mut self.plain);
            run.write(&mut Trimmed::new(&mut parts, trim), &mut self.scratch, &self.shared);
            if gone + self.plain.len() + closing.len() > limit {
                self.plain.truncate(mark);
                self.multipart.set_content(content);
                break;
            }
            body.count(run);
            gone += self.pack_chunk()?;
        }
        self.plain.extend_from_slice(&closing);
        body.unpacked = gone + self.plain.len();
        self.finish_packing()?;
        body.uncompressed = self.is_packed.then(|| self.multipart.content());
        Ok(body)
    }

    #[cfg(feature = "zstd")]
    fn start_packing(&mut self, compressed: bool) -> io::Result<()> {
        let Some(level) = self.level.filter(|_| compressed) else { return Ok(()) };
        match &mut self.compressor {
            Some(compressor) => compressor.restart()?,
            None => self.compressor = Some(Compressor::new(level)?),
        }
        self.is_packed = true;
        Ok(())
    }

    /// Returns how many plain bytes were compressed.
    #[cfg(feature = "zstd")]
    fn pack_chunk(&mut self) -> io::Result<usize> {
        match &mut self.compressor {
            Some(compressor) if self.is_packed && self.plain.len() >= CHUNK => {
                compressor.push(&self.plain, &mut self.packed)?;
                let packed = self.plain.len();
                self.plain.clear();
                Ok(packed)
            }
            _ => Ok(0),
        }
    }

    #[cfg(feature = "zstd")]
    fn finish_packing(&mut self) -> io::Result<()> {
        if let Some(compressor) = self.compressor.as_mut().filter(|_| self.is_packed) {
            compressor.finish(&self.plain, &mut self.packed)?;
        }
        Ok(())
    }

    #[cfg(not(feature = "zstd"))]
    fn start_packing(&mut self, compressed: bool) -> io::Result<()> {
        let _ = (compressed, self.level);
        Ok(())
    }

    #[cfg(not(feature = "zstd"))]
    fn pack_chunk(&mut self) -> io::Result<usize> {
        Ok(0)
    }

    #[cfg(not(feature = "zstd"))]
    fn finish_packing(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Encoded {
    /// A multipart body that was made before.
    pub(crate) fn kept(
        format: Format,
        runs: usize,
        content_type: String,
        uncompressed: Option<usize>,
    ) -> Encoded {
        Encoded { runs, uncompressed, ..Encoded::new(format, content_type) }
    }

    fn new(format: Format, content_type: String) -> Encoded {
        Encoded {
            format,
            runs: 0,
            names_cut: 0,
            attachments_left_out: 0,
            content_type,
            uncompressed: None,
            unpacked: 0,
        }
    }

    fn count(&mut self, run: &impl Run) {
        self.runs += 1;
        self.names_cut += u64::from(run.is_name_cut());
    }
}

/// Only a build with the feature `zstd` has written, and can read, compressed bodies.
#[cfg(not(feature = "zstd"))]
pub(crate) fn unpack(_: &[u8], _: Option<usize>) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::Unsupported.into())
}

fn reset(buffer: &mut Vec<u8>) {
    buffer.clear();
    if buffer.capacity() > KEEP {
        buffer.shrink_to(KEEP);
    }
}
