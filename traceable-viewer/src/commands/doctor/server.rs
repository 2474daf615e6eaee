//! Checks the server that traces would go to: its address, its answer, the key, the clock.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use traceable_viewer::format_bytes;

use super::finding::Finding;
use super::variables::{Lookup, value};
use crate::commands::collector::agent;

/// Where SDKs send without an endpoint.
const LANGSMITH: &str = "https://api.smith.langchain.com";

/// How long the server may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A clock that is off by this much puts runs where nobody looks for them.
const MAX_SKEW: Duration = Duration::from_secs(60);

pub(crate) fn check(variable: Lookup<'_>, endpoint: Option<&str>) -> Vec<Finding> {
    let endpoint = endpoint.map(str::to_owned).or_else(|| value(variable, "ENDPOINT"));
    let endpoint = endpoint.unwrap_or_else(|| LANGSMITH.to_owned());
    let endpoint = endpoint.trim_end_matches('/');
    if !["http://", "https://"].iter().any(|scheme| endpoint.starts_with(scheme)) {
        let text = format!("the endpoint `{endpoint}` is no address");
        let advice = "it begins with http:// or https://, such as http://127.0.0.1:1984";
        return vec![Finding::wrong("endpoint", text, advice)];
    }
    let answer = agent(TIMEOUT).get(format!("{endpoint}/info")).call();
    let mut answer = match answer {
        Ok(answer) => answer,
        Err(error) => return vec![unreachable(endpoint, &error)],
    };
    let date = answer.headers().get("date").and_then(|date| date.to_str().ok()).map(str::to_owned);
    let status = answer.status();
    let body = answer.body_mut().read_to_string().unwrap_or_default();
    let mut findings = vec![info(endpoint, status.as_u16(), &body)];
    findings.extend(date.and_then(|date| clock(&date)));
    findings.push(key(endpoint, value(variable, "API_KEY")));
    findings
}

fn unreachable(endpoint: &str, error: &ureq::Error) -> Finding {
    let local = ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| endpoint.contains(host));
    let advice = match local {
        true => "start a collector: `traceable serve`; it prints the port on which it listens",
        false => "check the address, the network and the proxy (HTTPS_PROXY)",
    };
    Finding::wrong("endpoint", format!("{endpoint} cannot be reached: {error}"), advice)
}

/// What `GET /info` says: the version, and the limits that clients keep to.
fn info(endpoint: &str, status: u16, body: &str) -> Finding {
    let info: Option<Value> = serde_json::from_str(body).ok();
    let Some(version) = info.as_ref().and_then(|info| info["version"].as_str()) else {
        let text = format!("{endpoint} answers {status} to /info, but not as LangSmith does");
        return Finding::wrong("endpoint", text, "another program listens there: check LANGSMITH_ENDPOINT");
    };
    let limits = info.as_ref().map(|info| &info["batch_ingest_config"]);
    let number = |name: &str| limits.and_then(|limits| limits[name].as_u64());
    let own = info.as_ref().and_then(|info| info["traceable_version"].as_str());
    let mut text = match own {
        Some(own) => format!("{endpoint} is a traceable collector, version {own}"),
        None => format!("{endpoint} answers as LangSmith {version}"),
    };
    if let (Some(runs), Some(bytes)) = (number("size_limit"), number("size_limit_bytes")) {
        text += &format!("; up to {runs} runs and {} a request", format_bytes(bytes));
    }
    Finding::good("endpoint", text)
}

fn clock(date: &str) -> Option<Finding> {
    let theirs = httpdate::parse_http_date(date).ok()?;
    let ours = SystemTime::now();
    let (skew, word) = match ours.duration_since(theirs) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    Some(match skew > MAX_SKEW {
        true => Finding::wrong(
            "clock",
            format!("the clock of this machine is {} s {word} the server's", skew.as_secs()),
            "set it by NTP: runs are sorted and searched by their time",
        ),
        false => Finding::good("clock", "the clock agrees with the server's"),
    })
}

/// Asks for one project, which needs a key where keys are needed.
fn key(endpoint: &str, key: Option<String>) -> Finding {
    let mut request = agent(TIMEOUT).get(format!("{endpoint}/sessions?limit=1"));
    if let Some(key) = &key {
        request = request.header("x-api-key", key);
    }
    let status = match request.call() {
        Ok(answer) => answer.status().as_u16(),
        Err(error) => {
            return Finding::wrong("key", format!("the key could not be tried: {error}"), "try again");
        }
    };
    match (status, key) {
        (200, Some(_)) => Finding::good("key", "the server takes the key"),
        (200, None) => Finding::notable(
            "key",
            "the server needs no key, and none is set",
            "some SDKs send nothing without one: set LANGSMITH_API_KEY=any",
        ),
        (401 | 403, Some(_)) => Finding::wrong(
            "key",
            format!("the server refuses the key ({status})"),
            "check LANGSMITH_API_KEY; for a collector it is the token of `traceable serve --token`",
        ),
        (401 | 403, None) => Finding::wrong("key", "the server needs a key", "set LANGSMITH_API_KEY"),
        (status, _) => Finding::notable(
            "key",
            format!("the server does not tell whether it takes the key ({status})"),
            "",
        ),
    }
}
