//! The token that clients must send: which texts can be one, and whether a request presents it.

use std::fmt;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// A secret that is neither blank nor impossible to send.
#[derive(Clone)]
pub(crate) struct Token(Arc<[u8]>);

/// Why a text cannot be a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenProblem {
    Blank,
    NotSendable,
}

impl Token {
    /// The token without the white space around it, which no header would carry: files and variables often end with a
    /// line break.
    pub(crate) fn new(text: &str) -> Result<Self, TokenProblem> {
        let text = text.trim();
        // characters that cannot be seen are blank too
        if !text.chars().any(|c| c.is_alphanumeric() || c.is_ascii_punctuation()) {
            return Err(TokenProblem::Blank);
        }
        match HeaderValue::from_str(text) {
            Ok(value) if value.to_str().is_ok() => Ok(Token(text.as_bytes().into())),
            _ => Err(TokenProblem::NotSendable),
        }
    }

    /// Whether a text is the token.
    pub(crate) fn is(&self, given: &str) -> bool {
        same(given.as_bytes(), &self.0)
    }

    /// What the cookie of a browser holds: made from the token, which cannot be told from it.
    pub(crate) fn cookie(&self) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(b"the page of traceable");
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a cookie of this name has what [`cookie`](Self::cookie) returns.
    pub(crate) fn is_in_cookie(&self, name: &str, headers: &HeaderMap) -> bool {
        let right = self.cookie();
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            cookies.flat_map(|list| list.split(';')).filter_map(|pair| pair.trim().split_once('='));
        !right.is_empty() && pairs.any(|(key, value)| key == name && same(value.as_bytes(), right.as_bytes()))
    }

    /// Whether one of the headers that clients use has it.
    pub(crate) fn is_presented_by(&self, headers: &HeaderMap) -> bool {
        let keys = headers.get_all("x-api-key").iter().map(HeaderValue::as_bytes);
        let bearers = headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| {
            let (scheme, token) = value.as_bytes().split_at_checked(7)?;
            scheme.eq_ignore_ascii_case(b"bearer ").then_some(token.trim_ascii_start())
        });
        keys.chain(bearers).any(|given| same(given, &self.0))
    }
}

/// Never shows the secret.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Compares without stopping at the first difference, so that the time taken tells nothing about the token.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presented(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| {
            (name.parse::<header::HeaderName>().unwrap(), HeaderValue::from_static(value))
        });
        Token::new("secret").unwrap().is_presented_by(&headers.collect())
    }

    #[test]
    fn in_either_header() {
        assert!(presented(&[("x-api-key", "secret")]));
        assert!(presented(&[("authorization", "bearer secret")]));
        assert!(presented(&[("authorization", "Bearer  secret")]));
        assert!(presented(&[("x-api-key", "wrong"), ("authorization", "Bearer secret")]));
        assert!(presented(&[("authorization", "Basic eDp5"), ("authorization", "Bearer secret")]));
        for wrong in ["secre", "secret ", "Secret", ""] {
            assert!(!presented(&[("x-api-key", wrong)]), "{wrong}");
        }
        for wrong in ["", "secret", "Bearer", "Bearer ", "Basic secret", "Bearersecret"] {
            assert!(!presented(&[("authorization", wrong)]), "{wrong}");
        }
        assert!(!presented(&[]));
    }

    #[test]
    fn is_never_blank() {
        for blank in ["", " ", "\t", "\n", " \r\n ", "\u{a0}", "\u{2003}", "\u{200b}", "\u{feff}", "\0"] {
            assert_eq!(Token::new(blank).unwrap_err(), TokenProblem::Blank, "{blank:?}");
        }
        for impossible in ["a\nb", "a\0b", "p\u{e4}ss", "\u{200b}a"] {
            assert_eq!(Token::new(impossible).unwrap_err(), TokenProblem::NotSendable, "{impossible:?}");
        }
        assert_eq!(&*Token::new(" a b\r\n").unwrap().0, b"a b");
        assert_eq!(format!("{:?}", Token::new("secret")), "Ok(Token(..))");
    }
}
