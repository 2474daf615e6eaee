//! Whether the headers `Host` and `Origin` name this machine.
//!
//! A name that is not certain to be this machine is refused: a browser that was led to 127.0.0.1 under another name
//! (DNS rebinding) still says that name.

use std::net::IpAddr;

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};

/// Whether a request asks for this machine: its one `Host`, and the authority of its target if it has one.
pub(crate) fn asks_for_this_machine(target: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    // the target counts more than the header, and only proxies are sent one with an authority
    host.iter().chain(target.authority()).all(names_this_machine) && host.is_some()
}

/// Whether a page of this machine sends the request, or none. Only browsers send the header, and one of it.
pub(crate) fn comes_from_this_machine(headers: &HeaderMap) -> bool {
    headers.get_all(header::ORIGIN).iter().all(|origin| origin.to_str().is_ok_and(is_local_origin))
}

/// An origin is `scheme://authority` and nothing after it; `null` is what a browser says of a page it does not trust.
fn is_local_origin(origin: &str) -> bool {
    let authority = origin.split_once("://").and_then(|(scheme, authority)| {
        let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        authority.parse::<Authority>().ok().filter(|_| web)
    });
    authority.is_some_and(|authority| names_this_machine(&authority))
}

fn names_this_machine(authority: &Authority) -> bool {
    let host = authority.host();
    // what follows the host is nothing, or a port that may be empty; what precedes it is nothing, not `user@`
    let port = authority.as_str().strip_prefix(host);
    let port = port.filter(|port| {
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.is_empty() || is_port(port))
    });
    port.is_some() && is_local_host(host)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

fn is_local_host(host: &str) -> bool {
    let address = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(inside) => inside.parse().ok().map(IpAddr::V6),
        None => {
            let host = host.strip_suffix('.').unwrap_or(host);
            // browsers resolve names below `localhost` themselves
            let mut labels = host.rsplit('.');
            if labels.next().is_some_and(|last| last.eq_ignore_ascii_case("localhost")) {
                return labels.all(|label| !label.is_empty());
            }
            host.parse().ok().map(IpAddr::V4)
        }
    };
    address.is_some_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), header::HeaderValue::from_str(value).unwrap())).collect()
    }

    fn host(values: &[&str]) -> bool {
        asks_for_this_machine(&Uri::from_static("/info"), &headers(header::HOST, values))
    }

    fn origin(values: &[&str]) -> bool {
        comes_from_this_machine(&headers(header::ORIGIN, values))
    }

    #[test]
    fn hosts_of_this_machine() {
        for name in [
            "127.0.0.1:1984",
            "127.8.9.1",
            "127.0.0.1.",
            "localhost",
            "localhost:",
            "LOCALHOST.:80",
            "app.localhost:1",
            "App.LocalHost.:1",
            "[::1]:1984",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]:1984",
        ] {
            assert!(host(&[name]), "{name}");
        }
    }

    #[test]
    fn any_other_host() {
        for name in [
            "",
            " ",
            "example.org",
            "localhost.example.org",
            "127.0.0.1.example.org",
            "localhost-example.org",
            "notlocalhost",
            "10.0.0.1:1984",
            "[::2]",
            "[::ffff:10.0.0.1]",
            "[::1%25lo]",
            // brackets are for IPv6 alone, and IPv6 is for brackets alone
            "::1",
            "[127.0.0.1]",
            "[localhost]",
            "[::1]x",
            "[::1",
            "::1]",
            // whatever is before the `@`, a browser never sends it
            "localhost@example.org",
            "user@localhost",
            "user:password@127.0.0.1:1984",
            "example.org@localhost",
            "@localhost",
            // ports
            "localhost:http",
            "localhost:+80",
            "localhost:99999",
            "localhost:80:80",
            "localhost:80@example.org",
            ":1984",
            // dots
            "localhost..",
            ".localhost",
            "a..localhost",
            "127.0.0.1..",
            ".127.0.0.1",
            // forms of an address that browsers write as 127.0.0.1 before they send them
            "2130706433",
            "0x7f.0.0.1",
            "0177.0.0.1",
            "127.1",
            "0.0.0.0",
            "[::]",
            // not an authority
            "http://localhost",
            "localhost/",
            "localhost?",
            "localhost#",
            "localhost,example.org",
            "localhost example.org",
            "localhost\\example.org",
            "local%68ost",
            "loc\u{e4}lhost",
        ] {
            assert!(!host(&[name]), "{name:?}");
        }
        assert!(!host(&[]), "none");
        assert!(!host(&["localhost", "example.org"]) && !host(&["example.org", "localhost"]), "several");
        assert!(!host(&["localhost", "localhost"]), "several");
    }

    #[test]
    fn the_target_may_name_a_host_too() {
        let asks = |target: &'static str| {
            asks_for_this_machine(&Uri::from_static(target), &headers(header::HOST, &["localhost"]))
        };
        assert!(asks("http://127.0.0.1:1984/info"));
        assert!(!asks("http://example.org/info"));
        assert!(!asks("http://localhost@example.org/info"));
    }

    #[test]
    fn origins_of_this_machine() {
        assert!(origin(&[]));
        for name in ["http://localhost:5173", "https://127.0.0.1", "HTTP://LOCALHOST.", "http://[::1]:80"] {
            assert!(origin(&[name]), "{name}");
        }
        for name in [
            "",
            "null",
            "http://",
            "localhost",
            "//localhost",
            "https://example.org",
            "http://localhost.example.org",
            "http://localhost@example.org",
            "http://user@localhost",
            "http://localhost/",
            "http://localhost/path",
            "http://localhost?q",
            "http://localhost:99999",
            "http://localhost http://example.org",
            "http://localhost, http://example.org",
            "file://localhost",
            "chrome-extension://localhost",
            "http:localhost",
            "http://http://localhost",
        ] {
            assert!(!origin(&[name]), "{name:?}");
        }
        assert!(!origin(&["http://localhost", "https://example.org"]));
        assert!(!origin(&["https://example.org", "http://localhost"]));
    }
}
