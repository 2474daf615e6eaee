//! A server that speaks TLS, with a certificate of an authority of its own.

use std::io::{BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::http::{self, Head};

/// The server. It answers everything with 202.
pub struct TlsServer {
    /// On loopback.
    pub port: u16,
    /// The authority, in PEM form.
    pub authority: String,
    /// Requests whose start could be read.
    requests: Arc<AtomicUsize>,
}

impl TlsServer {
    /// Its certificate is for `localhost`.
    pub fn start() -> TlsServer {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = certificate.signed_by(&key, &authority).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let requests = Arc::<AtomicUsize>::default();
        let own = requests.clone();
        let serve = move |stream| {
            let connection = ServerConnection::new(config.clone()).unwrap();
            serve(StreamOwned::new(connection, stream), &own);
        };
        TlsServer { port: http::listen(listener, || false, serve), authority: authority.pem(), requests }
    }

    /// Where it listens, by the name that it has a certificate for.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// How many requests it could read.
    pub fn requests(&self) -> usize {
        self.requests.load(SeqCst)
    }
}

fn serve(stream: impl Read + Write, requests: &AtomicUsize) {
    let mut stream = BufReader::new(stream);
    while let Some(head) = Head::read(&mut stream) {
        requests.fetch_add(1, SeqCst);
        head.skip_body(&mut stream);
        let stream = stream.get_mut();
        if stream.write_all(http::answer(202, "", "{}").as_bytes()).is_err() {
            return;
        }
        let _ = stream.flush();
    }
}
