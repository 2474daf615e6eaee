//! The authorities whose certificates are believed.

#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub(crate) use with_tls::Roots;
#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
pub(crate) use without_tls::Roots;

#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod with_tls {
    use std::fmt;
    use std::sync::Arc;

    use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

    /// Certificates of authorities, at least one.
    #[derive(Clone)]
    pub(crate) struct Roots(Arc<Vec<Certificate<'static>>>);

    impl Roots {
        /// Reads the certificates of a text, and nothing else that is in it. `None`: there are none, or one is damaged.
        pub(crate) fn from_pem(pem: &[u8]) -> Option<Roots> {
            let mut certificates = Vec::new();
            for item in parse_pem(pem) {
                if let PemItem::Certificate(certificate) = item.ok()? {
                    certificates.push(certificate);
                }
            }
            (!certificates.is_empty()).then(|| Roots(Arc::new(certificates)))
        }

        pub(crate) fn certificates(&self) -> RootCerts {
            RootCerts::Specific(self.0.clone())
        }
    }

    impl PartialEq for Roots {
        fn eq(&self, other: &Roots) -> bool {
            self.0.iter().map(Certificate::der).eq(other.0.iter().map(Certificate::der))
        }
    }

    impl fmt::Debug for Roots {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{} certificates", self.0.len())
        }
    }
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
mod without_tls {
    /// There are none in a build that has no use for them.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) enum Roots {}

    impl Roots {
        /// Not reached: an address that begins with https:// is an error before.
        pub(crate) fn from_pem(_: &[u8]) -> Option<Roots> {
            None
        }
    }
}
