//! Who may call: checks the headers `Host`, `Origin` and the token.
//!
//! On loopback any program of this machine may call, but no web page from elsewhere: a page can make the browser send
//! requests to 127.0.0.1, under a name of its own that resolves there (DNS rebinding), or across origins. Both show in
//! the headers, which `host_names.rs` reads. On any other address a token is needed (`token.rs`).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::{cookie, file_signature::FileSigner, host_names, response::ApiResponse, token::Token};

/// What a request needs.
#[derive(Clone, Debug)]
pub(crate) struct AccessPolicy {
    /// The `Host` must be a name of this machine.
    pub(crate) loopback: bool,
    pub(crate) token: Option<Token>,
    /// Whose links to files need no token.
    pub(crate) signer: Option<FileSigner>,
}

/// Middleware: passes a request on, or refuses it.
pub(crate) async fn check(State(policy): State<AccessPolicy>, request: Request, next: Next) -> Response {
    match policy.allows(request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(response) => response.into_response(),
    }
}

impl AccessPolicy {
    /// With a token, links to files are signed: clients load them without credentials.
    pub(crate) fn new(loopback: bool, token: Option<Token>) -> Self {
        let signer = token.as_ref().and_then(|_| FileSigner::new());
        AccessPolicy { loopback, token, signer }
    }

    fn allows(&self, method: &Method, target: &Uri, headers: &HeaderMap) -> Result<(), ApiResponse> {
        self.allows_place(target, headers)?;
        match &self.token {
            Some(token)
                if !token.is_presented_by(headers)
                    && !self.is_signed(target)
                    && !is_public(target)
                    && !cookie::admits(token, method, headers) =>
            {
                let detail =
                    "the token is missing or wrong; send it as x-api-key or as Authorization: Bearer";
                Err(ApiResponse::detail(StatusCode::UNAUTHORIZED, detail))
            }
            _ => Ok(()),
        }
    }

    /// Whether the request comes from where it may.
    pub(crate) fn allows_place(&self, target: &Uri, headers: &HeaderMap) -> Result<(), ApiResponse> {
        if self.loopback {
            if !host_names::asks_for_this_machine(target, headers) {
                let detail = "the Host header names another machine; call 127.0.0.1 or localhost";
                return Err(ApiResponse::detail(StatusCode::FORBIDDEN, detail));
            }
            if !host_names::comes_from_this_machine(headers) {
                let detail = "pages of other origins may not call this server";
                return Err(ApiResponse::detail(StatusCode::FORBIDDEN, detail));
            }
        }
        Ok(())
    }

    fn is_signed(&self, target: &Uri) -> bool {
        self.signer.as_ref().is_some_and(|signer| signer.has_signed(target))
    }
}

/// The files of the page, which tell nothing: the page that asks for the token needs them.
fn is_public(target: &Uri) -> bool {
    target.path().starts_with("/assets/")
}

#[cfg(test)]
mod tests {
    use axum::http::header::{HOST, HeaderName, HeaderValue, ORIGIN};

    use super::*;

    #[test]
    fn what_each_policy_asks_for() {
        let open = AccessPolicy::new(true, None);
        let both = AccessPolicy::new(true, Some(Token::new("secret").unwrap()));
        let team = AccessPolicy { loopback: false, ..both.clone() };
        let allowed = |policy: &AccessPolicy, headers: &[(HeaderName, &'static str)]| {
            let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
            policy.allows(&Method::GET, &Uri::from_static("/info"), &headers.collect()).is_ok()
        };
        let key = || (HeaderName::from_static("x-api-key"), "secret");
        assert!(allowed(&open, &[(HOST, "localhost")]));
        assert!(!allowed(&open, &[(HOST, "example.org")]));
        assert!(!allowed(&open, &[(HOST, "localhost"), (ORIGIN, "https://example.org")]));
        assert!(allowed(&both, &[(HOST, "localhost"), key()]));
        assert!(!allowed(&both, &[(HOST, "localhost")]) && !allowed(&both, &[(HOST, "example.org"), key()]));
        assert!(allowed(&team, &[(HOST, "example.org"), key()]) && !allowed(&team, &[(HOST, "localhost")]));
    }
}
