//! The certificate authorities to trust.

#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub(crate) use with_tls::RootCertificates;
#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
pub(crate) use without_tls::RootCertificates;

#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod with_tls {
    use std::fmt;
    use std::sync::Arc;

    use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

    /// The certificates of authorities, at least one.
    #[derive(Clone)]
    pub(crate) struct RootCertificates(Arc<Vec<Certificate<'static>>>);

    impl RootCertificates {
        /// Reads the certificates in a text, and skips anything else. `None`: there are none, or one is damaged.
        pub(crate) fn from_pem(pem: &[u8]) -> Option<RootCertificates> {
            let mut certificates = Vec::new();
            for item in parse_pem(pem) {
                if let PemItem::Certificate(certificate) = item.ok()? {
                    certificates.push(certificate);
                }
            }
            (!certificates.is_empty()).then(|| RootCertificates(Arc::new(certificates)))
        }

        pub(crate) fn certificates(&self) -> RootCerts {
            RootCerts::Specific(self.0.clone())
        }
    }

    impl PartialEq for RootCertificates {
        fn eq(&self, other: &RootCertificates) -> bool {
            self.0.iter().map(Certificate::der).eq(other.0.iter().map(Certificate::der))
        }
    }

    impl fmt::Debug for RootCertificates {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{} certificates", self.0.len())
        }
    }
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
mod without_tls {
    /// A build without TLS has none.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) enum RootCertificates {}

    impl RootCertificates {
        /// Not reached: without TLS, an https:// address is an error.
        pub(crate) fn from_pem(_: &[u8]) -> Option<RootCertificates> {
            None
        }
    }
}
