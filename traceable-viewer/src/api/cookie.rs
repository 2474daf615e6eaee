//! The cookie of browsers, in the place of the token: which requests it admits.
//!
//! A cookie is sent by the browser whoever asks it to, and to every port of a host. So it counts only for requests of
//! pages of this very origin, and for visits.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, header};

use crate::api::token::Token;

/// How long a browser stays signed in, in seconds.
const MAX_AGE: u32 = 30 * 24 * 3600;

/// The value of the header `Set-Cookie` for a visitor who has shown the token.
pub(crate) fn set_cookie(token: &Token, headers: &HeaderMap) -> Option<HeaderValue> {
    let https =
        headers.get("x-forwarded-proto").is_some_and(|by| by.as_bytes().eq_ignore_ascii_case(b"https"));
    let secure = if https { "; Secure" } else { "" };
    let name = name(headers)?;
    let text =
        format!("{name}={}; Path=/; Max-Age={MAX_AGE}; HttpOnly; SameSite=Strict{secure}", token.cookie());
    HeaderValue::from_str(&text).ok()
}

/// Whether a request has the cookie, and may use it.
pub(super) fn admits(token: &Token, method: &Method, headers: &HeaderMap) -> bool {
    name(headers).is_some_and(|name| token.is_in_cookie(&name, headers)) && is_own(method, headers)
}

/// Each port has a cookie of its own: browsers send those of a host to all its ports.
fn name(headers: &HeaderMap) -> Option<String> {
    let port = host(headers)?.port_u16().unwrap_or(0);
    Some(format!("traceable-{port}"))
}

fn host(headers: &HeaderMap) -> Option<Authority> {
    headers.get(header::HOST)?.to_str().ok()?.parse().ok()
}

/// Whether a page of this origin asks, or somebody visits.
fn is_own(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("other"));
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let origin = text("origin").map(|origin| {
        let origin = origin.split_once("://").and_then(|(_, authority)| authority.parse::<Authority>().ok());
        origin.is_some() && origin == host(headers)
    });
    let site = text("sec-fetch-site").map(|site| match site {
        "same-origin" | "none" => true,
        _ => reads && text("sec-fetch-mode") == Some("navigate"),
    });
    let said = [origin, site];
    // what changes something has to say where it comes from
    said.iter().flatten().all(|own| *own) && (reads || said.iter().any(Option::is_some))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    #[test]
    fn what_a_cookie_admits() {
        let token = Token::new("secret").unwrap();
        let cookie = format!("a=b; traceable-1984={}; c", token.cookie());
        let asks = |method: Method, cookie: &str, more: &[(&'static str, &'static str)]| {
            let mut headers: HeaderMap = more
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            headers.insert(header::HOST, HeaderValue::from_static("team:1984"));
            headers.insert(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
            admits(&token, &method, &headers)
        };
        let get = |more: &[_]| asks(Method::GET, &cookie, more);
        let post = |more: &[_]| asks(Method::POST, &cookie, more);
        assert!(get(&[]) && get(&[("sec-fetch-site", "same-origin")]) && get(&[("sec-fetch-site", "none")]));
        assert!(get(&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]));
        assert!(!get(&[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors")]));
        assert!(!get(&[("origin", "http://team:3000")]) && !get(&[("origin", "null")]));
        assert!(post(&[("origin", "http://team:1984")]));
        assert!(post(&[("sec-fetch-site", "same-origin")]));
        assert!(!post(&[]), "it does not say where it comes from");
        assert!(!post(&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]));
        assert!(!post(&[("origin", "http://team:1984"), ("sec-fetch-site", "same-site")]));
        let other = cookie.replace("1984", "1985");
        assert!(!asks(Method::GET, &other, &[]) && !asks(Method::GET, "traceable-1984=secret", &[]));
        assert!(!token.cookie().contains("secret") && token.cookie().len() == 64);
    }
}
