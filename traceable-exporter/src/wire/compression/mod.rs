//! Compression of bodies. There is one, zstd, and a build without the feature `zstd` has none.
//!
//! In: bytes. Out: bytes. A further compression needs a name here, a compressor beside `compress`, a reader in
//! `decompress`, and a flag in `server::ServerInfo` that says whether the server takes it.

#[cfg(feature = "zstd")]
mod compress;
mod decompress;

#[cfg(feature = "zstd")]
pub(crate) use compress::Compressor;
pub(crate) use decompress::{MAX_DECOMPRESSED, decompress};

/// The value of `Content-Encoding` for a compressed body.
pub(crate) const ZSTD: &str = "zstd";
