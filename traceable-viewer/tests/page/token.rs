//! Where a token is needed: a link or a form signs a browser in, and its cookie works for its own pages alone.

use serde_json::json;

use crate::common::{A, Reply, Server, server_with};
use crate::{header, visit};

fn server() -> Server {
    server_with(|builder| builder.token("a+b secret"))
}

/// The host that the test's requests name, with a port so that the cookie has its name.
const HOST: (&str, &str) = ("Host", "localhost:1984");

fn with(server: &Server, method: &str, path: &str, cookie: &str, more: &[(&str, &str)], body: &str) -> Reply {
    let mut headers = vec![HOST, ("Cookie", cookie)];
    headers.extend_from_slice(more);
    server.raw(method, path, &headers, body.as_bytes())
}

fn sign_in(server: &Server) -> String {
    let reply = server.raw("GET", "/nesting?token=a%2Bb+secret&project=x", &[HOST], b"");
    assert_eq!((reply.status, header(&reply, "location")), (303, "/nesting?project=x"));
    let set = header(&reply, "set-cookie");
    assert!(set.contains("httponly") && set.contains("samesite=strict") && set.contains("path=/"), "{set}");
    assert!(!set.contains("secret"), "the token is not in it: {set}");
    assert_eq!(header(&reply, "cache-control"), "no-store");
    set.split(';').next().unwrap().to_owned()
}

#[test]
fn a_visit_with_the_token_signs_in() {
    let server = server();
    let refused = visit(&server, "/");
    assert_eq!(refused.status, 401);
    assert!(refused.body.contains("type=\"password\""), "{}", refused.body);
    let style = refused.body.split('"').find(|text| text.ends_with("base.css")).unwrap();
    assert_eq!(server.raw("GET", style, &[HOST], b"").status, 200, "the page that asks has its style");
    for path in ["/api/local/list", "/api/local/events", "/?token=wrong", "/?token=", "/?xtoken=a%2Bb+secret"]
    {
        assert_eq!(server.raw("GET", path, &[HOST], b"").status, 401, "{path}");
    }
    let cookie = sign_in(&server);
    assert!(cookie.starts_with("traceable-1984="), "{cookie}");
    for path in ["/", "/api/local/list", "/api/local/info", "/runs/query"] {
        let method = if path == "/runs/query" { "POST" } else { "GET" };
        let origin = [("Origin", "http://localhost:1984")];
        assert_eq!(with(&server, method, path, &cookie, &origin, "").status, 200, "{path}");
    }
    assert_eq!(with(&server, "GET", "/", "traceable-1984=wrong", &[], "").status, 401);
    // led here by a page of elsewhere, whose redirect would come without the cookie
    let led = [HOST, ("Sec-Fetch-Site", "cross-site")];
    let reply = server.raw("GET", "/?token=a%2Bb+secret", &led, b"");
    assert!(reply.status == 200 && reply.body.contains("0;url=/"), "{}", reply.body);
    assert_eq!(server.raw("GET", "/?token=a%2Bb+secret", &[("Host", "evil.example")], b"").status, 403);
    // no address leads to another server
    let reply = server.raw("GET", "//evil.example/?token=a%2Bb+secret", &[HOST], b"");
    assert_eq!(header(&reply, "location"), "/evil.example/");
}

#[test]
fn only_pages_of_this_origin_use_the_cookie() {
    let server = server();
    let cookie = sign_in(&server);
    let feedback = json!({"run_id": A, "key": "good", "score": 1}).to_string();
    let post = |more: &[(&str, &str)]| {
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend_from_slice(more);
        with(&server, "POST", "/api/v1/feedback", &cookie, &headers, &feedback).status
    };
    assert_eq!(post(&[("Origin", "http://localhost:1984"), ("Sec-Fetch-Site", "same-origin")]), 200);
    assert_eq!(post(&[("Origin", "http://localhost:3000"), ("Sec-Fetch-Site", "same-site")]), 401);
    assert_eq!(post(&[("Origin", "http://localhost:3000")]), 401);
    assert_eq!(post(&[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")]), 401);
    assert_eq!(post(&[]), 401, "it does not say where it comes from");
    assert_eq!(post(&[("x-api-key", "a+b secret")]), 200, "clients need no origin");
    let read = |more: &[(&str, &str)]| with(&server, "GET", "/api/local/list", &cookie, more, "").status;
    assert_eq!(read(&[("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "no-cors")]), 401);
}

#[test]
fn without_a_token_a_link_with_one_is_like_any_other() {
    let server = crate::common::server();
    let reply = visit(&server, "/?token=any");
    assert_eq!((reply.status, header(&reply, "set-cookie")), (200, ""));
}
