//! Settings from the environment and the builder, and their errors.
#![cfg(any(feature = "rustls", feature = "native-tls"))]

use std::collections::HashMap;
use std::time::Duration;

use traceable_exporter::{ApiKey, Config, ConfigError, ConfigErrorKind};

const SECRET: &str = "lsv2_pt_0123456789abcdef";

fn from(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let vars: HashMap<String, String> =
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Config::from_vars(|name| vars.get(name).cloned())
}

fn with_key(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    from(&[&[("LANGSMITH_API_KEY", SECRET), ("LANGSMITH_TRACING", "true")], pairs].concat())
}

#[test]
fn nothing_set_means_off_and_the_defaults() {
    let config = from(&[]).unwrap();
    assert!(!config.tracing());
    assert_eq!(config.endpoint(), "https://api.smith.langchain.com");
    assert_eq!(config.project(), "default");
    assert_eq!(config.sampling_rate(), None);
}

#[test]
fn these_words_switch_tracing_on() {
    for (value, on) in [
        ("true", true),
        ("TRUE", true),
        ("1", true),
        ("Yes", true),
        ("on", true),
        ("false", false),
        ("0", false),
        ("ja", false),
    ] {
        assert_eq!(with_key(&[("LANGSMITH_TRACING", value)]).unwrap().tracing(), on, "{value}");
    }
    assert!(!with_key(&[("LANGCHAIN_TRACING_V2", "false")]).unwrap().tracing(), "V2 comes first");
    assert!(from(&[("LANGCHAIN_TRACING_V2", "true"), ("LANGCHAIN_API_KEY", "k")]).unwrap().tracing());
}

#[test]
fn langsmith_comes_before_langchain_and_blank_is_unset() {
    let pairs = [("LANGSMITH_PROJECT", " "), ("LANGCHAIN_PROJECT", "b"), ("LANGSMITH_SESSION", "c")];
    assert_eq!(with_key(&pairs).unwrap().project(), "b");
    assert_eq!(with_key(&[("LANGSMITH_PROJECT", "a"), ("LANGCHAIN_PROJECT", "b")]).unwrap().project(), "a");
    assert_eq!(with_key(&[("LANGCHAIN_SESSION", "c")]).unwrap().project(), "c");
    let hosted = [("HOSTED_LANGSERVE_PROJECT_NAME", "h"), ("LANGSMITH_PROJECT", "a")];
    assert_eq!(with_key(&hosted).unwrap().project(), "h");
}

/// What people paste along with a value.
const AROUND: [&str; 9] = [
    " {} ",
    "{}\n",
    "{}\r\n",
    "\u{feff}{}",
    "\u{200b}{}",
    "\"{}\"",
    "'{}'",
    "\u{201c}{}\u{201d}",
    "\u{feff}'\"{}\"' \n",
];

#[test]
fn every_variable_is_tidied_by_one_rule() {
    let replicas = r#"[{"api_url":"https://e.org","api_key":"k","project_name":"p"}]"#;
    for (variable, value) in [
        ("LANGSMITH_ENDPOINT", "https://eu.example.org/api/"),
        ("LANGSMITH_API_KEY", "lsv2_other"),
        ("LANGCHAIN_WORKSPACE_ID", "w-1"),
        ("LANGSMITH_RUNS_ENDPOINTS", replicas),
        ("LANGSMITH_TRACING_V2", "false"),
        ("LANGSMITH_PROJECT", "my project"),
        ("LANGCHAIN_SESSION", "s"),
        ("HOSTED_LANGSERVE_PROJECT_NAME", "h"),
        ("LANGSMITH_TRACING_SAMPLING_RATE", "0.5"),
        ("LANGSMITH_TRACING_BACKGROUND", "false"),
        ("LANGSMITH_REVISION_ID", "v1"),
        ("LANGSMITH_MAX_INGEST_MEMORY_BYTES", "1000"),
        ("LANGSMITH_BATCH_INGEST_SIZE_LIMIT", "7"),
        ("LANGSMITH_RUN_COMPRESSION_LEVEL", "3"),
        ("LANGSMITH_DISABLE_RUN_COMPRESSION", "true"),
        ("LANGSMITH_SPOOL_DIR", "/var/spool/x"),
        ("LANGSMITH_FAILED_TRACES_DIR", "/var/failed"),
        ("LANGSMITH_HIDE_INPUTS", "true"),
        ("LANGSMITH_HIDE_OUTPUTS", "no"),
        ("LANGSMITH_HIDE_METADATA", "1"),
    ] {
        let plain = with_key(&[(variable, value)]).unwrap();
        for around in AROUND {
            let tidied = with_key(&[(variable, &around.replace("{}", value))]).unwrap();
            assert_eq!(tidied, plain, "{variable} {around:?}");
            // without a value it is not set
            let blank = [(variable, &*around.replace("{}", ""))];
            let unset = if variable == "LANGSMITH_API_KEY" { vec![(variable, " ")] } else { vec![] };
            let (blank, unset) = (with_key(&blank), with_key(&unset));
            assert_eq!(blank, unset, "{variable} {around:?}");
        }
    }
    assert_eq!(
        with_key(&[("LANGSMITH_ENDPOINT", "'https://e.org/api/'")]).unwrap().endpoint(),
        "https://e.org/api"
    );
}

#[test]
fn values_in_json_are_tidied_too() {
    let runs_endpoints = |json: &str| from(&[("LANGSMITH_TRACING", "1"), ("LANGSMITH_RUNS_ENDPOINTS", json)]);
    let list = |url: &str, key: &str, project: &str, workspace: &str| {
        let entry = serde_json::json!({"api_url": url, "api_key": key, "project_name": project, "workspace_id": workspace});
        serde_json::json!([entry]).to_string()
    };
    let plain = runs_endpoints(&list("https://e.org", "k", "p", "w")).unwrap();
    let by_url = runs_endpoints(r#"{"https://e.org": "k"}"#).unwrap();
    for around in AROUND {
        let [url, key, project, workspace] =
            ["https://e.org", "k", "p", "w"].map(|value| around.replace("{}", value));
        let json = list(&url, &key, &project, &workspace);
        assert_eq!(runs_endpoints(&json).unwrap(), plain, "{json}");
        let json = serde_json::Value::Object([(url, key.into())].into_iter().collect()).to_string();
        assert_eq!(runs_endpoints(&json).unwrap(), by_url, "{json}");
    }
    // the whole in quotes, or written as a text of JSON
    let json = list("https://e.org", "k", "p", "w");
    for whole in [format!("'{json}'"), format!("\"{json}\""), serde_json::Value::from(json).to_string()] {
        assert_eq!(runs_endpoints(&whole).unwrap(), plain, "{whole}");
    }
    // blank is not set
    let blank = runs_endpoints(&list("http://localhost", "\"\"", " ", "''")).unwrap();
    assert_eq!(blank, runs_endpoints(r#"[{"api_url": "http://localhost"}]"#).unwrap());
    let error = runs_endpoints(&list("https://e.org", " ", "", "")).unwrap_err();
    assert_eq!((error.kind(), error.variable()), (ConfigErrorKind::Missing, "LANGSMITH_RUNS_ENDPOINTS"));
    let error = runs_endpoints(&list(" ", "k", "", "")).unwrap_err();
    assert!(error.to_string().contains("`api_url` of entry 0"), "{error}");
}

#[test]
fn a_key_that_no_server_can_accept_is_an_error() {
    for key in ["lsv2\nx", "lsv2\tx", "lsv2\u{e4}", "lsv2\u{200b}x", "\"lsv2_x", "lsv2_x'", "\u{201c}lsv2_x"]
    {
        let list = serde_json::json!([{"api_url": "https://e.org", "api_key": key}]).to_string();
        let by_program = Config::builder().api_key(key).build();
        for result in [
            with_key(&[("LANGSMITH_API_KEY", key)]),
            with_key(&[("LANGSMITH_RUNS_ENDPOINTS", &list)]),
            by_program,
        ] {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ConfigErrorKind::Malformed, "{key:?}");
            assert!(!error.to_string().contains("lsv2"), "{error}");
        }
    }
    for id in ["a b", "\"w", "w\u{e4}"] {
        assert_eq!(
            with_key(&[("LANGSMITH_WORKSPACE_ID", id)]).unwrap_err().variable(),
            "LANGSMITH_WORKSPACE_ID"
        );
    }
}

#[test]
fn only_this_machine_needs_neither_tls_nor_key() {
    for endpoint in ["http://localhost:1984", "http://127.0.0.1", "http://[::1]:80", "http://127.9.9.9/x"] {
        assert!(from(&[("LANGSMITH_TRACING", "1"), ("LANGSMITH_ENDPOINT", endpoint)]).is_ok(), "{endpoint}");
    }
    for endpoint in
        ["http://example.org", "http://10.0.0.1", "http://localhost.example.org", "http://128.0.0.1"]
    {
        let error = with_key(&[("LANGCHAIN_ENDPOINT", endpoint)]).unwrap_err();
        assert_eq!((error.kind(), error.variable()), (ConfigErrorKind::Insecure, "LANGCHAIN_ENDPOINT"));
    }
    let allowed = [("LANGSMITH_ENDPOINT", "http://10.0.0.1"), ("LANGSMITH_ALLOW_INSECURE", "true")];
    assert!(with_key(&allowed).is_ok());
    let error = from(&[("LANGSMITH_TRACING", "1")]).unwrap_err();
    assert_eq!((error.kind(), error.variable()), (ConfigErrorKind::Missing, "LANGSMITH_API_KEY"));
    assert!(error.to_string().contains("https://api.smith.langchain.com"));
    assert!(error.to_string().contains("LANGSMITH_ENDPOINT=http://127.0.0.1:1984"), "{error}");
}

#[test]
fn an_address_without_a_scheme_is_told_the_one_it_needs() {
    for (endpoint, meant) in [
        ("127.0.0.1:1984", "http://127.0.0.1:1984 "),
        ("127.0.0.1", "http://127.0.0.1 "),
        ("localhost:1984/", "http://localhost:1984 "),
        ("localhost", "http://localhost "),
        ("localhost:1984/api/v1", "http://localhost:1984/api/v1 "),
        ("[::1]:1984", "http://[::1]:1984 "),
        ("\"127.0.0.1:1984\"", "http://127.0.0.1:1984 "),
        ("eu.example.org/api", "https://eu.example.org/api "),
        ("10.0.0.1:1984", "https://10.0.0.1:1984 "),
    ] {
        let error = with_key(&[("LANGSMITH_ENDPOINT", endpoint)]).unwrap_err();
        assert_eq!((error.kind(), error.variable()), (ConfigErrorKind::Malformed, "LANGSMITH_ENDPOINT"));
        assert!(error.to_string().contains(&format!("expected {meant}")), "{error}");
    }
    // what is no address, and what may hold a password, gets both ways as examples
    for endpoint in ["http//127.0.0.1", "ftp://127.0.0.1", "://", "me:secret@127.0.0.1", "two words"] {
        let error = with_key(&[("LANGSMITH_ENDPOINT", endpoint)]).unwrap_err().to_string();
        assert!(error.contains("https://") && error.contains("http://127.0.0.1:1984"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn errors_name_the_variable_and_what_was_found() {
    for (variable, value) in [
        ("LANGSMITH_ENDPOINT", "smith.example.org"),
        ("LANGSMITH_ENDPOINT", "ftp://example.org"),
        ("LANGSMITH_ENDPOINT", "https://example.org/?x=1"),
        ("LANGSMITH_ENDPOINT", "https://example.org/#x"),
        ("LANGSMITH_ENDPOINT", "https://exa mple.org"),
        ("LANGCHAIN_TRACING_SAMPLING_RATE", "1.5"),
        ("LANGSMITH_TRACING_SAMPLING_RATE", "half"),
        ("LANGSMITH_TRACING_SAMPLING_RATE", "NaN"),
        ("LANGSMITH_MAX_INGEST_MEMORY_BYTES", "0"),
        ("LANGSMITH_BATCH_INGEST_SIZE_LIMIT", "-3"),
        ("LANGSMITH_RUN_COMPRESSION_LEVEL", "99"),
        ("LANGSMITH_PROJECT", "a\nb"),
        ("LANGSMITH_WORKSPACE_ID", "a b"),
    ] {
        let error = with_key(&[(variable, value)]).unwrap_err();
        assert_eq!((error.kind(), error.variable()), (ConfigErrorKind::Malformed, variable), "{value}");
        let text = error.to_string();
        assert!(text.starts_with(variable) && text.contains("expected"), "{text}");
        // without the parts that may hold a key
        let shown = value.split(['?', '#']).next().unwrap_or_default();
        assert!(text.contains(&shown.trim_end_matches('/').replace('\n', "")), "{text}");
    }
}

#[test]
fn no_secret_is_ever_shown() {
    let config = with_key(&[]).unwrap();
    assert!(!format!("{config:?}").contains(SECRET));
    assert!(!format!("{:?}", Config::builder().api_key(SECRET)).contains(SECRET));
    assert!(!format!("{:?}", traceable_exporter::Exporter::new(config)).contains(SECRET));
    for key in [format!("{SECRET}\n{SECRET}"), format!("{SECRET}\u{7f}"), format!("{SECRET}ä")] {
        let error = with_key(&[("LANGSMITH_API_KEY", &key)]).unwrap_err();
        assert_eq!(error.variable(), "LANGSMITH_API_KEY");
        assert!(!format!("{error} {error:?}").contains(SECRET));
        assert!(!format!("{:?}", ApiKey::new(&key)).contains(SECRET));
    }
    let error = with_key(&[("LANGSMITH_ENDPOINT", "https://user:hunter2@example.org")]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    // the end of a pasted address may be a key
    for address in [
        "https://e.org/?key=hunter2",
        "https://e.org#hunter2",
        "ftp://e.org?hunter2",
        "e.org?hunter2",
        "?hunter2",
        "https://user:hunter2@e org",
        "http://e.org?hunter2",
    ] {
        let error = with_key(&[("LANGSMITH_ENDPOINT", address)]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
    assert!(ApiKey::new(&format!(" {SECRET}\n")).is_ok(), "files end in a line break");
}

#[test]
fn builder_values_are_checked_too() {
    let local = || Config::builder().endpoint("http://localhost");
    for (builder, variable) in [
        (local().sampling_rate(f64::NAN), "LANGSMITH_TRACING_SAMPLING_RATE"),
        (local().compression(Some(0)), "LANGSMITH_RUN_COMPRESSION_LEVEL"),
        (local().max_queue_bytes(0), "LANGSMITH_MAX_INGEST_MEMORY_BYTES"),
        (local().batch_operations(0), "LANGSMITH_BATCH_INGEST_SIZE_LIMIT"),
        (local().project(""), "LANGSMITH_PROJECT"),
        (local().api_key(""), "LANGSMITH_API_KEY"),
    ] {
        assert_eq!(builder.build().unwrap_err().variable(), variable);
    }
    assert!(local().request_timeout(Duration::from_secs(1)).tracing(false).build().is_ok());
}
