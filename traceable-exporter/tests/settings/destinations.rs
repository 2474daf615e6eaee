//! Destinations and their keys: replicas, agents and profiles, from the environment and from the builder.
#![cfg(any(feature = "rustls", feature = "native-tls"))]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use traceable_exporter::{Config, ConfigError, ConfigErrorKind, Replica};

const SECRET: &str = "lsv2_pt_0123456789abcdef";

fn from(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let vars: HashMap<String, String> =
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Config::from_vars(|name| match name {
        "LANGSMITH_TRACING" => Some("true".to_owned()),
        name => vars.get(name).cloned(),
    })
}

fn error(pairs: &[(&str, &str)]) -> (ConfigErrorKind, String, String) {
    let error = from(pairs).unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(!text.contains(SECRET), "{text}");
    (error.kind(), error.variable().to_owned(), error.to_string())
}

/// Whether a configuration has this key: keys are never shown, but only equal settings are equal.
fn has_key(config: &Config, endpoint: &str, key: &str) -> bool {
    let shown = format!("{config:?}");
    assert!(!shown.contains(SECRET));
    let expected = Config::builder().endpoint(endpoint).api_key(key).build().unwrap();
    *config == expected
}

#[test]
fn replicas_come_from_the_environment_in_two_forms() {
    let config = from(&[(
        "LANGSMITH_RUNS_ENDPOINTS",
        r#"[{"api_url": "https://a.example.org/", "api_key": "lsv2_pt_0123456789abcdef", "project_name": "p",
             "primary": true},
            {"api_url": "http://localhost:1984", "tenant_id": "w", "api_key": null,
             "updates": {"metadata": {"k": 1}, "tags": ["t"], "reroot": true}}]"#,
    )])
    .unwrap();
    let endpoints: Vec<_> = config.replicas().iter().map(Config::endpoint).collect();
    assert_eq!(endpoints, ["https://a.example.org", "http://localhost:1984"]);
    let by_hand = Config::builder()
        .replica(Replica::to("https://a.example.org").api_key(SECRET).project("p").primary())
        .replica(Replica::to("http://localhost:1984").workspace_id("w").metadata("k", 1).tag("t").reroot())
        .build()
        .unwrap();
    assert_eq!(config, by_hand);
    assert!(!format!("{config:?}").contains(SECRET));

    let config = from(&[(
        "LANGCHAIN_RUNS_ENDPOINTS",
        r#"{"https://a.example.org": "lsv2_pt_0123456789abcdef", "https://b.example.org": "k"}"#,
    )])
    .unwrap();
    let by_hand = Config::builder()
        .replica(Replica::to("https://a.example.org").api_key(SECRET))
        .replica(Replica::to("https://b.example.org").api_key("k"))
        .build();
    assert!(config == by_hand.unwrap());
    assert_eq!(config.replicas().len(), 2);
}

#[test]
fn errors_of_replicas_do_not_show_keys() {
    let one =
        |rest: &str| format!("[{{\"api_url\": \"https://a.example.org\", \"api_key\": \"{SECRET}\"{rest}}}]");
    for text in [
        SECRET.to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "7".to_owned(),
        format!("[\"{SECRET}\"]"),
        format!("{{\"https://a.example.org\": [\"{SECRET}\"]}}"),
        format!("[{{\"api_key\": \"{SECRET}\"}}]"),
        one(r#", "project_name": 7"#),
        one(r#", "project_name": "a\nb""#),
        one(r#", "primary": "yes""#),
        one(r#", "service_key": "s""#),
        one(r#", "updates": {"name": "x"}"#),
        one(r#", "updates": []"#),
        one(r#", "workspace_id": "a b""#),
        format!("{{\"nonsense\": \"{SECRET}\"}}"),
        format!("{{\"https://a.example.org\": \"{SECRET}\\n{SECRET}\"}}"),
    ] {
        let (kind, variable, message) = error(&[("LANGSMITH_RUNS_ENDPOINTS", &text)]);
        assert_eq!((kind, &*variable), (ConfigErrorKind::Malformed, "LANGSMITH_RUNS_ENDPOINTS"), "{text}");
        assert!(message.contains("expected"), "{message}");
    }
    let (kind, ..) =
        error(&[("LANGSMITH_RUNS_ENDPOINTS", &one("")[..]), ("LANGCHAIN_ENDPOINT", "https://b.example.org")]);
    assert_eq!(kind, ConfigErrorKind::Conflict);
    let two =
        r#"[{"api_url": "http://localhost", "primary": true}, {"api_url": "http://[::1]", "primary": true}]"#;
    assert_eq!(error(&[("LANGSMITH_RUNS_ENDPOINTS", two)]).0, ConfigErrorKind::Conflict);
    let (kind, _, message) = error(&[("LANGSMITH_RUNS_ENDPOINTS", r#"{"http://example.org": "k"}"#)]);
    assert_eq!(kind, ConfigErrorKind::Insecure, "{message}");
}

#[test]
fn the_programs_key_goes_to_its_own_server_only() {
    let list = |url: &str| format!("[{{\"api_url\": \"{url}\"}}]");
    let with = |url: &str| from(&[("LANGSMITH_RUNS_ENDPOINTS", &list(url)), ("LANGSMITH_API_KEY", SECRET)]);
    assert!(with("https://api.smith.langchain.com/").is_ok());
    let missing = with("https://eu.example.org").unwrap_err();
    assert_eq!((missing.kind(), missing.variable()), (ConfigErrorKind::Missing, "LANGSMITH_RUNS_ENDPOINTS"));
    assert!(missing.to_string().contains("https://eu.example.org"));
}

#[test]
fn runs_go_to_an_agent_or_to_a_project() {
    let local = ("LANGSMITH_ENDPOINT", "http://localhost:1984");
    let agent = |id: &'static str, environment: &'static str| {
        vec![local, ("LANGSMITH_AGENT_ID", id), ("LANGSMITH_AGENT_ENVIRONMENT", environment)]
    };
    let config = from(&agent("support-2", "Production")).unwrap();
    assert_eq!(config.address(), Some("lrn:agents/support-2/environments/production"));
    assert_eq!(from(&[local]).unwrap().address(), None);
    for (id, environment, variable) in [
        ("Support", "local", "LANGSMITH_AGENT_ID"),
        ("2support", "local", "LANGSMITH_AGENT_ID"),
        ("support-", "local", "LANGSMITH_AGENT_ID"),
        ("sup_port", "local", "LANGSMITH_AGENT_ID"),
        ("a/environments/local", "local", "LANGSMITH_AGENT_ID"),
        ("support", "prod", "LANGSMITH_AGENT_ENVIRONMENT"),
    ] {
        let (kind, found, _) = error(&agent(id, environment));
        assert_eq!((kind, &*found), (ConfigErrorKind::Malformed, variable), "{id} {environment}");
    }
    assert!(from(&agent("a", "staging")).is_ok());
    let longest = "a".repeat(63);
    let of = |id: &str| Config::builder().endpoint("http://localhost").agent(id, "local").build();
    assert!(of(&longest).is_ok() && of(&format!("{longest}a")).is_err());

    for (half, other) in [
        ("LANGSMITH_AGENT_ID", "LANGSMITH_AGENT_ENVIRONMENT"),
        ("LANGSMITH_AGENT_ENVIRONMENT", "LANGSMITH_AGENT_ID"),
    ] {
        let (kind, variable, message) = error(&[local, (half, "local")]);
        assert_eq!((kind, &*variable), (ConfigErrorKind::Missing, other));
        assert!(message.contains(half));
    }
    for project in ["LANGSMITH_PROJECT", "LANGCHAIN_SESSION", "HOSTED_LANGSERVE_PROJECT_NAME"] {
        let mut both = agent("support", "local");
        both.push((project, "p"));
        let (kind, _, message) = error(&both);
        assert_eq!(kind, ConfigErrorKind::Conflict);
        assert!(message.contains(project) && message.contains("LANGSMITH_AGENT_ID"), "{message}");
    }
    let both = Config::builder().endpoint("http://localhost").agent("a", "local").project("p").build();
    assert_eq!(both.unwrap_err().kind(), ConfigErrorKind::Conflict);
}

/// A home directory for one test.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Home {
        let path = std::env::temp_dir().join(format!("traceable-home-{}-{name}", std::process::id()));
        std::fs::create_dir_all(path.join(".langsmith")).unwrap();
        Home(path)
    }

    fn write(&self, text: &str) -> PathBuf {
        let path = self.0.join(".langsmith").join("config.json");
        std::fs::write(&path, text).unwrap();
        path
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

const FILE: &str = r#"{"current_profile": "work", "profiles": {
    "work": {"api_url": "https://work.example.org/", "api_key": "lsv2_pt_0123456789abcdef", "workspace_id": "w"},
    "cloud": {"api_key": "k2"},
    "login": {"oauth": {"access_token": "t", "refresh_token": "r"}},
    "odd": {"api_key": 7}}}"#;

#[test]
fn a_profile_holds_where_no_variable_is_set() {
    let home = Home::new("profile");
    // a missing file is no error
    assert!(from(&[("HOME", home.path()), ("LANGSMITH_ENDPOINT", "http://localhost")]).is_ok());
    let path = home.write(FILE);
    let work = from(&[("HOME", home.path())]).unwrap();
    let by_hand = Config::builder()
        .endpoint("https://work.example.org")
        .api_key(SECRET)
        .workspace_id("w")
        .build()
        .unwrap();
    assert!(work == by_hand);
    assert!(!format!("{work:?}").contains(SECRET));
    assert!(from(&[("LANGSMITH_CONFIG_FILE", text(&path))]).unwrap() == by_hand);

    let cloud = from(&[("HOME", home.path()), ("LANGSMITH_PROFILE", "cloud")]).unwrap();
    assert!(has_key(&cloud, "https://api.smith.langchain.com", "k2"));

    // variables win over the profile, each for itself
    let other = from(&[("HOME", home.path()), ("LANGSMITH_API_KEY", "k3"), ("LANGSMITH_WORKSPACE_ID", "w3")]);
    let by_hand = Config::builder()
        .endpoint("https://work.example.org")
        .api_key("k3")
        .workspace_id("w3")
        .build()
        .unwrap();
    assert!(other.unwrap() == by_hand);
}

#[test]
fn the_key_of_a_profile_goes_to_its_server_only() {
    let home = Home::new("server");
    home.write(FILE);
    let (kind, variable, _) =
        error(&[("HOME", home.path()), ("LANGSMITH_ENDPOINT", "https://b.example.org")]);
    assert_eq!((kind, &*variable), (ConfigErrorKind::Missing, "LANGSMITH_API_KEY"));
    let local = from(&[("HOME", home.path()), ("LANGSMITH_ENDPOINT", "http://localhost:1984")]).unwrap();
    assert!(local == Config::builder().endpoint("http://localhost:1984").build().unwrap());
    let same = from(&[("HOME", home.path()), ("LANGSMITH_ENDPOINT", "https://work.example.org")]);
    assert!(same.is_ok());
}

#[test]
fn errors_of_profiles_name_the_file_and_show_no_key() {
    let home = Home::new("wrong");
    let path = home.write(FILE);
    let with = |name: &str| error(&[("HOME", home.path()), ("LANGSMITH_PROFILE", name)]);
    let (kind, variable, message) = with("play");
    assert_eq!((kind, &*variable), (ConfigErrorKind::Malformed, "LANGSMITH_PROFILE"));
    assert!(message.contains("play") && message.contains(text(&path)), "{message}");
    let (kind, variable, message) = with("login");
    assert_eq!((kind, &*variable), (ConfigErrorKind::Missing, "LANGSMITH_API_KEY"));
    assert!(message.contains("OAuth") && message.contains(text(&path)), "{message}");
    // a login is no error where there is a key
    assert!(
        from(&[("HOME", home.path()), ("LANGSMITH_PROFILE", "login"), ("LANGSMITH_API_KEY", "k")]).is_ok()
    );
    assert_eq!(with("odd").1, "LANGSMITH_CONFIG_FILE");

    let key = format!("{{\"profiles\": {{\"default\": {{\"api_key\": \"{SECRET}\"");
    let keys = format!("{{\"profiles\": [\"{SECRET}\"]}}");
    let profile = format!("{{\"profiles\": {{\"default\": \"{SECRET}\"}}}}");
    for content in [&key, &keys, &profile, "", "[]", r#"{"current_profile": "gone", "profiles": {}}"#] {
        home.write(content);
        let (kind, variable, message) = error(&[("HOME", home.path())]);
        assert_eq!((kind, &*variable), (ConfigErrorKind::Malformed, "LANGSMITH_CONFIG_FILE"), "{content}");
        assert!(message.contains(text(&path)), "{message}");
    }
    let gone = home.0.join("gone.json");
    assert_eq!(error(&[("LANGSMITH_CONFIG_FILE", text(&gone))]).1, "LANGSMITH_CONFIG_FILE");
    let (.., message) = error(&[("HOME", text(&gone)), ("LANGSMITH_PROFILE", "work")]);
    assert!(message.contains("does not exist"), "{message}");
}
