//! The address of a server, checked.

use std::net::{Ipv4Addr, Ipv6Addr};

use ureq::http::Uri;

use super::error::{ConfigError, ConfigErrorKind};
use super::tidy::tidy;
use super::variable_names::ALLOW_INSECURE;

/// LangSmith's cloud.
pub(crate) const DEFAULT: &str = "https://api.smith.langchain.com";

/// The port of `traceable serve`.
const DEFAULT_PORT: u16 = 1984;

const EXAMPLES: &str =
    "an address such as https://api.smith.langchain.com, or http://127.0.0.1:1984 on this machine";

/// The base address of a server, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    base: String,
    loopback: bool,
}

impl Endpoint {
    /// No address yet.
    pub(crate) fn unset() -> Endpoint {
        Endpoint { base: String::new(), loopback: false }
    }

    /// Checks an address. Errors name `variable`.
    pub(crate) fn parse(text: &str, variable: &str, allow_insecure: bool) -> Result<Endpoint, ConfigError> {
        let base = tidy(text).unwrap_or_default().trim_end_matches('/');
        // the query or a fragment may hold a key, and a password may stand before the host: errors show neither
        let shown = base.split(['?', '#']).next();
        let shown = shown.filter(|shown| !shown.is_empty() && !shown.contains('@'));
        let wrong = |expected: &str| ConfigError::malformed(variable, shown, expected);
        if let Some(address) = shown.and_then(with_scheme) {
            return Err(wrong(&format!("{address} (what precedes the host is missing)")));
        }
        let uri: Uri = base.parse().map_err(|_| wrong(EXAMPLES))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(wrong(EXAMPLES));
        };
        if authority.as_str().contains('@') {
            return Err(wrong("an address without user name and password"));
        }
        // the parser drops a fragment silently
        if base.contains('#') {
            return Err(wrong("an address without a fragment"));
        }
        if uri.query().is_some() {
            return Err(wrong("an address without a query"));
        }
        let host = authority.host();
        let loopback = is_loopback(host);
        match scheme {
            "https" if !cfg!(any(feature = "rustls", feature = "native-tls")) => {
                let expected =
                    "a build with one of the features `rustls` and `native-tls`, or an http:// address";
                return Err(ConfigError::new(ConfigErrorKind::NotBuilt, variable, Some(base), expected));
            }
            "https" => {}
            "http" if loopback || allow_insecure => {}
            "http" => {
                let expected = format!(
                    "https://, because http:// sends the API key and the data unencrypted (if that is acceptable, set \
                     {ALLOW_INSECURE}=true)"
                );
                return Err(ConfigError::new(ConfigErrorKind::Insecure, variable, Some(base), expected));
            }
            _ => return Err(wrong(EXAMPLES)),
        }
        Ok(Endpoint { base: base.to_owned(), loopback })
    }

    /// The URL of one endpoint of the API.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.base
    }

    /// Whether it is this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The command that starts a collector there; `None`: it is another machine.
    pub(crate) fn serve_command(&self) -> Option<String> {
        let uri: Uri = self.base.parse().ok().filter(|_| self.loopback)?;
        Some(match uri.port_u16() {
            Some(DEFAULT_PORT) => "traceable serve".to_owned(),
            port => format!("traceable serve --port {}", port.unwrap_or(80)),
        })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.base.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
    }
}

/// The address that was meant, if only its scheme is missing: `http://` for this machine, `https://` for all others.
fn with_scheme(text: &str) -> Option<String> {
    if text.contains("//") {
        return None;
    }
    let uri: Uri = format!("http://{text}").parse().ok()?;
    let host = uri.host().filter(|host| !host.is_empty())?;
    let scheme = if is_loopback(host) { "http" } else { "https" };
    Some(format!("{scheme}://{text}"))
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback())
}
