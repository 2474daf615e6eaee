//! A server that speaks TLS, with a certificate of an authority of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The server. It answers everything with 202.
pub struct TlsServer {
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
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::<AtomicUsize>::default();
        let server = TlsServer { port, authority: authority.pem(), requests: requests.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (requests, connection) =
                    (requests.clone(), ServerConnection::new(config.clone()).unwrap());
                let stream = StreamOwned::new(connection, stream.unwrap());
                std::thread::spawn(move || serve(stream, &requests));
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    pub fn requests(&self) -> usize {
        self.requests.load(SeqCst)
    }
}

fn serve(stream: impl Read + Write, requests: &AtomicUsize) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if !stream.read_line(&mut head).is_ok_and(|n| n > 0) {
                return;
            }
        }
        requests.fetch_add(1, SeqCst);
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let body = &mut (&mut stream).take(length.unwrap_or(0));
        std::io::copy(body, &mut std::io::sink()).unwrap();
        let stream = stream.get_mut();
        if stream.write_all(b"HTTP/1.1 202 X\r\nContent-Length: 2\r\n\r\n{}").is_err() {
            return;
        }
        let _ = stream.flush();
    }
}
