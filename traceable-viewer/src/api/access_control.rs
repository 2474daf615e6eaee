//! Who may call: checks the headers `Host`, `Origin` and the token.
//!
//! On loopback any program of this machine may call, but no web page from elsewhere: a page can make the browser send
//! requests to 127.0.0.1, under a name of its own that resolves there (DNS rebinding), or across origins. Both show in
//! the headers. On any other address a token is needed.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::response::ApiResponse;

/// What a request needs.
#[derive(Clone, Debug)]
pub(crate) struct AccessPolicy {
    /// The `Host` must be a name of this machine.
    pub(crate) loopback: bool,
    pub(crate) token: Option<Arc<str>>,
}

/// Middleware: passes a request on, or refuses it.
pub(crate) async fn check(State(policy): State<AccessPolicy>, request: Request, next: Next) -> Response {
    match policy.allows(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(response) => response.into_response(),
    }
}

impl AccessPolicy {
    fn allows(&self, headers: &HeaderMap) -> Result<(), ApiResponse> {
        if self.loopback {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
            if !host.is_some_and(names_this_machine) {
                let detail = "the Host header names another machine; call 127.0.0.1 or localhost";
                return Err(ApiResponse::detail(StatusCode::FORBIDDEN, detail));
            }
            if let Some(origin) = headers.get(header::ORIGIN) {
                let host = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
                if !host.is_some_and(|(_, host)| names_this_machine(host)) {
                    let detail = "pages of other origins may not call this server";
                    return Err(ApiResponse::detail(StatusCode::FORBIDDEN, detail));
                }
            }
        }
        match &self.token {
            Some(token) if !presents(headers, token) => {
                let detail =
                    "the token is missing or wrong; send it as x-api-key or as Authorization: Bearer";
                Err(ApiResponse::detail(StatusCode::UNAUTHORIZED, detail))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a host, with or without a port, can only be this machine.
fn names_this_machine(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or(rest, |(host, _)| host),
        None => authority.split_once(':').map_or(authority, |(host, _)| host),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        // browsers resolve names below `localhost` themselves
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

fn presents(headers: &HeaderMap, token: &str) -> bool {
    let key = headers.get("x-api-key").map(|key| key.as_bytes());
    let bearer = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes()).and_then(|value| {
        let (scheme, token) = value.split_at_checked(7)?;
        scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
    });
    [key, bearer].into_iter().flatten().any(|given| same(given, token.as_bytes()))
}

/// Compares without stopping at the first difference, so that the time taken tells nothing about the token.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(policy: &AccessPolicy, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| {
            (name.parse::<header::HeaderName>().unwrap(), header::HeaderValue::from_static(value))
        });
        policy.allows(&headers.collect()).is_ok()
    }

    #[test]
    fn only_names_of_this_machine() {
        let policy = AccessPolicy { loopback: true, token: None };
        for host in
            ["127.0.0.1:1984", "localhost", "LOCALHOST.:80", "[::1]:1984", "app.localhost:1", "127.8.9.1"]
        {
            assert!(allowed(&policy, &[("host", host)]), "{host}");
        }
        for host in
            ["example.org", "localhost.example.org", "127.0.0.1.example.org", "10.0.0.1:1984", "[::2]", ""]
        {
            assert!(!allowed(&policy, &[("host", host)]), "{host}");
        }
        assert!(!allowed(&policy, &[]));
    }

    #[test]
    fn only_pages_of_this_machine() {
        let policy = AccessPolicy { loopback: true, token: None };
        let with = |origin| allowed(&policy, &[("host", "localhost"), ("origin", origin)]);
        assert!(with("http://localhost:5173") && with("https://127.0.0.1"));
        assert!(!with("https://example.org") && !with("null"));
    }

    #[test]
    fn token_in_either_header() {
        let policy = AccessPolicy { loopback: false, token: Some("secret".into()) };
        assert!(allowed(&policy, &[("x-api-key", "secret")]));
        assert!(allowed(&policy, &[("authorization", "bearer secret")]));
        assert!(allowed(&policy, &[("x-api-key", "wrong"), ("authorization", "Bearer secret")]));
        for wrong in ["secre", "secret ", "Secret", ""] {
            assert!(!allowed(&policy, &[("x-api-key", wrong)]), "{wrong}");
        }
        assert!(!allowed(&policy, &[("host", "localhost")]));
    }
}
