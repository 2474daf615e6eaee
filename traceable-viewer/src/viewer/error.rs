//! Why a viewer does not start.

use std::net::SocketAddr;

use crate::store::StoreError;

/// Why a viewer did not start.
///
/// Texts do not repeat the cause: it is the error's [`source`](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ViewerError {
    /// The viewer cannot open the database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The host is neither an address nor a name that resolves to one.
    #[error("cannot resolve the host `{host}`")]
    Resolve {
        /// The host as given.
        host: String,
        /// What the operating system reported.
        source: std::io::Error,
    },
    /// The viewer cannot listen on the address.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the operating system reported; `AddrInUse` when another program listens there.
        source: std::io::Error,
    },
    /// Other machines can reach the address, and no token keeps them out.
    #[error("other machines can reach {0}: set a token (`--token`), or listen on 127.0.0.1")]
    TokenRequired(SocketAddr),
    /// The token is empty or made of blanks, so that it would keep nobody out.
    #[error("the token is blank: set one (`--token`, TRACEABLE_TOKEN), or none")]
    BlankToken,
    /// The token has a character that no HTTP header carries, so that no client could send it.
    #[error("the token has characters that no client can send: use printable ASCII")]
    UnsendableToken,
    /// The file of prices cannot be read.
    #[error("cannot read prices from `{}`: {problem}; expected is LiteLLM's model_prices_and_context_window.json", path.display())]
    Prices {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The thread of the viewer, or its runtime, did not start.
    #[error("the thread of the viewer did not start")]
    Thread(#[source] std::io::Error),
}
