//! Links to files that need no token: clients load files without credentials, so the link itself is the proof.
//!
//! A link has a keyed hash of its run and name. The key is made at each start and never leaves the process: nobody makes
//! a link, and nobody learns a token from one.

use std::fmt::{self, Write};
use std::sync::Arc;

use axum::http::Uri;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::run_json::links;

/// The name of the signature in the query of a link.
const PARAMETER: &str = "signature=";

/// Signs paths of files.
#[derive(Clone)]
pub(crate) struct FileSigner(Arc<Hmac<Sha256>>);

impl FileSigner {
    /// With a key of its own; `None` when the operating system has no random bytes, and then every link needs the token.
    pub(crate) fn new() -> Option<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).ok()?;
        Some(FileSigner(Arc::new(Hmac::new_from_slice(&key).ok()?)))
    }

    /// The path of a file (`/attachments/..`), with its signature.
    pub(crate) fn sign(&self, path: &str) -> String {
        let mut hash = Hmac::clone(&self.0);
        hash.update(path.as_bytes());
        let mut link = format!("{path}?{PARAMETER}");
        for byte in hash.finalize().into_bytes() {
            // writing to a text never fails
            let _ = write!(link, "{byte:02x}");
        }
        link
    }

    /// Whether a link is one of those that were signed, at any prefix.
    pub(crate) fn has_signed(&self, target: &Uri) -> bool {
        let signature = target.query().and_then(|query| query.strip_prefix(PARAMETER));
        let path = target.path().find("/attachments/").and_then(|at| target.path().get(at..));
        let (Some(signature), Some(path)) = (signature, path) else { return false };
        let Some(bytes) = bytes(signature) else { return false };
        let mut hash = Hmac::clone(&self.0);
        hash.update(path.as_bytes());
        hash.verify_slice(&bytes).is_ok()
    }
}

/// The path under which clients load a file of a run.
pub(crate) fn file_url(signer: Option<&FileSigner>, run_id: Uuid, name: &str) -> String {
    let path = links::attachment(run_id, name);
    match signer {
        Some(signer) => signer.sign(&path),
        None => path,
    }
}

/// The bytes of a text in hexadecimal.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|digit| digit.to_digit(16)?.try_into().ok()).collect::<Option<_>>()?;
    digits.chunks(2).map(|pair| Some(pair.first()? << 4 | pair.get(1)?)).collect()
}

/// Never shows the key.
impl fmt::Debug for FileSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileSigner(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed() {
        let signer = FileSigner::new().unwrap();
        let link = signer.sign("/attachments/01a2036e-0bea-710d-96ed-c3ae3327ba63/a%2Fb");
        let signed = |link: &str| signer.has_signed(&link.parse().unwrap());
        assert!(signed(&link) && signed(&format!("/api/v1{link}")));
        for other in [
            link.replace("a%2Fb", "a%2Fc"),
            link.replace("attachments", "runs"),
            link[..link.len() - 1].to_owned(),
            link[..link.len() - 2].to_owned(),
            link.replace("signature", "other"),
            link.split_once('?').unwrap().0.to_owned(),
            "/attachments/x?signature=".to_owned(),
        ] {
            assert!(!signed(&other), "{other}");
        }
        assert!(!FileSigner::new().unwrap().has_signed(&link.parse().unwrap()), "another key");
    }
}
