//! The HTML of the pages: what it holds, its headers, and where links lead.

use serde_json::json;

use crate::common::server;
use crate::{data, get, header, id, send, visit};

const HOSTILE: &str =
    "</script><script>window.pwned=1</script>\"'><img src=x onerror=window.pwned=1><!-- \u{202e}";

#[test]
fn hostile_texts_are_text_everywhere() {
    let server = server();
    let metadata = json!({"metadata": {"thread_id": HOSTILE}});
    let more = json!({"name": HOSTILE, "session_name": HOSTILE, "error": HOSTILE, "tags": [HOSTILE],
                      "inputs": {HOSTILE: HOSTILE}, "outputs": {"a": HOSTILE}, "extra": metadata});
    send(&server, 1, more);
    let pages = [
        "/",
        "/?tab=runs",
        "/?tab=threads",
        "/?tab=projects",
        "/nesting",
        "/compare",
        "/?filter=eq(%3Cscript%3E",
    ];
    for page in pages.into_iter().map(str::to_owned).chain([format!("/trace/{}", id(1))]) {
        let reply = visit(&server, &page);
        assert_eq!(reply.status, 200, "{page}");
        assert!(!reply.body.contains("<img") && !reply.body.contains("<!--"), "{page}: {}", reply.body);
        // theme, module, data
        assert_eq!(reply.body.matches("<script").count(), 3, "{page}: {}", reply.body);
        assert_eq!(reply.body.matches("</script").count(), 3, "{page}: {}", reply.body);
        assert!(!reply.body.contains(" style=") && !reply.body.contains(" onclick="), "{page}");
        data(&reply);
    }
    let trace = visit(&server, &format!("/trace/{}", id(1)));
    assert!(trace.body.contains("<title>&lt;/script&gt;&lt;script&gt;window.pwned=1"), "{}", trace.body);
    assert_eq!(data(&trace)["runs"][0]["name"], HOSTILE);
    assert_eq!(data(&visit(&server, "/"))["rows"][0]["tags"][0], HOSTILE);
}

#[test]
fn every_page_has_the_headers_that_bound_it() {
    let server = server();
    for page in ["/", "/nesting", "/compare", "/nowhere"] {
        let reply = visit(&server, page);
        let policy = header(&reply, "content-security-policy");
        assert!(
            policy.starts_with("default-src 'self'; img-src 'self' data:; script-src 'self'"),
            "{policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(header(&reply, "x-content-type-options"), "nosniff");
        assert_eq!(header(&reply, "referrer-policy"), "no-referrer");
        assert_eq!(header(&reply, "cache-control"), "no-cache");
        assert_eq!(header(&reply, "content-type"), "text/html; charset=utf-8");
    }
}

#[test]
fn the_files_of_a_page_are_there() {
    let server = server();
    let page = visit(&server, "/").body;
    let files: Vec<&str> = page.split('"').filter(|text| text.starts_with("/assets/")).collect();
    assert_eq!(files.len(), 5, "{files:?}");
    for file in &files {
        let reply = get(&server, file);
        assert_eq!(reply.status, 200, "{file}");
        assert_eq!(header(&reply, "x-content-type-options"), "nosniff");
        let mime = header(&reply, "content-type");
        let right = match file.rsplit('.').next().unwrap() {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(mime, right, "{file}");
    }
    let folder = files[0].rsplit_once('/').unwrap().0;
    for wrong in ["none.js", "..%2f..%2fCargo.toml", "%2e%2e%2fCargo.toml", "..%5cCargo.toml", ".hidden", ""]
    {
        assert_eq!(get(&server, &format!("{folder}/{wrong}")).status, 404, "{wrong}");
    }
    assert_eq!(header(&get(&server, "/favicon.ico"), "location"), format!("{folder}/favicon.svg"));
}

#[test]
fn links_of_langsmith_lead_to_the_pages() {
    let server = server();
    send(&server, 1, json!({"session_name": "a & b"}));
    let order = |numbers: &[u128]| {
        let ids: Vec<String> = numbers.iter().map(|number| id(*number)).collect();
        crate::common::order(&ids.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let child = json!({"parent_run_id": id(1), "trace_id": id(1), "dotted_order": order(&[1, 2]), "session_name": "a & b"});
    send(&server, 2, child);
    let (root, child) = (id(1), id(2));
    let project = server.run(&root).project_id;
    let app_path = get(&server, &format!("/runs/{child}")).json()["app_path"].as_str().unwrap().to_owned();
    for (link, target) in [
        (format!("/r/{root}"), format!("/trace/{root}")),
        (format!("/r/{child}?poll=true"), format!("/trace/{root}?run={child}")),
        (format!("/trace/{child}"), format!("/trace/{root}?run={child}")),
        (format!("/o/{project}/projects/p/{project}/r/{child}"), format!("/trace/{root}?run={child}")),
        (app_path, format!("/trace/{root}?run={child}")),
        (format!("/o/{project}/projects/p/{project}"), "/?project=a%20%26%20b".to_owned()),
    ] {
        let reply = visit(&server, &link);
        assert_eq!((reply.status, header(&reply, "location")), (303, &*target), "{link}");
    }
    let shared = json!({"share_token": id(50)});
    assert_eq!(server.json("PUT", &format!("/runs/{child}/share"), &shared).status, 200);
    let reply = visit(&server, &format!("/public/{}/r", id(50)));
    assert_eq!(header(&reply, "location"), format!("/trace/{root}?run={child}"));
    for unknown in [
        "/r/x",
        "/public/x/r",
        "/trace/x",
        &format!("/trace/{}", id(7)),
        &format!("/o/x/projects/p/{}", id(7)),
    ] {
        let reply = visit(&server, unknown);
        assert_eq!(reply.status, 404, "{unknown}");
        assert!(reply.body.contains("<h1>There is no such "), "{unknown}: {}", reply.body);
    }
}

#[test]
fn unknown_paths_are_pages_to_people_alone() {
    let server = server();
    assert!(visit(&server, "/nowhere").body.contains("<h1>There is no such page</h1>"));
    for (reply, what) in [
        (get(&server, "/nowhere"), "a program"),
        (visit(&server, "/api/nowhere"), "below /api"),
        (visit(&server, "/v1/nowhere"), "below /v1"),
        (visit(&server, "/api/local/nowhere"), "of the page"),
    ] {
        assert_eq!((reply.status, &*reply.body), (404, r#"{"detail":"Not Found"}"#), "{what}");
    }
    assert_eq!(server.send("POST", "/", &[], b"").status, 405);
}

#[test]
fn pages_are_for_this_machine_alone() {
    let server = server();
    for path in ["/", "/nesting", "/api/local/list", "/api/local/events", "/assets/x/base.css", "/nowhere"] {
        assert_eq!(server.raw("GET", path, &[("Host", "evil.example")], b"").status, 403, "{path}");
        let origin = [("Host", "localhost"), ("Origin", "https://evil.example")];
        assert_eq!(server.raw("GET", path, &origin, b"").status, 403, "{path}");
    }
}
