//! What carries the runs: the requests themselves. How their bodies are framed is compared to the byte in the
//! tests of the exporter.

use serde_json::{Map, Value, json};
use traceable::traceable;

use crate::compare::{Sending, requests_of};
use crate::difference::{Comparison, each_its_own, python_only};

/// Method, path and headers; names in lower case, as their case means nothing.
fn head(method: &str, path: &str, headers: Vec<(String, String)>) -> Value {
    let mut all = Map::new();
    for (name, value) in headers {
        // each side has a boundary, a length and a port of its own
        let (value, rest) = value.split_once("; boundary=").unwrap_or((&value, ""));
        let value = match name.to_lowercase().as_str() {
            "content-length" => "(length)".to_owned(),
            "host" => value.split(':').next().unwrap().to_owned(),
            "content-type" => format!("{value}; boundary={}", "x".repeat(rest.len())),
            _ => value.to_owned(),
        };
        all.insert(name.to_lowercase(), value.into());
    }
    json!({"method": method, "path": path, "headers": all})
}

#[test]
fn requests_are_addressed_as_those_of_the_sdk() {
    #[traceable]
    fn f() {}
    let capture: Value = serde_json::from_str(include_str!("captures/sync_nested.json")).unwrap();
    let python = capture["requests"].as_array().unwrap().iter().map(|request| {
        let text = |key: &str| request[key].as_str().unwrap();
        head(text("method"), text("path"), serde_json::from_value(request["headers"].clone()).unwrap())
    });
    let rust = requests_of(Sending::Together, f).into_iter();
    let rust = rust.map(|request| head(&request.method, &request.path, request.headers));

    let answers = "answers are not compressed: all that is read of them is the status";
    let meant = [
        each_its_own("*.headers.user-agent", "it names the SDK"),
        python_only("*.headers.accept-encoding", "gzip, deflate", answers),
        python_only("*.headers.connection", "keep-alive", "the default of HTTP/1.1"),
    ];
    let mut comparison = Comparison::new(&meant);
    comparison.compare("requests", &python.collect(), &rust.collect());
    comparison.finish();
}
