//! Every public error says what failed and why, and no text stands twice in its chain of sources.

use std::error::Error;

use traceable_exporter::{
    ApiKey, Config, ConfigError, ConfigErrorKind, InitError, InvalidKey, ReplayError, replay,
};

/// The texts of an error and all its sources.
fn chain(error: &dyn Error) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        texts.push(error.to_string());
        source = error.source();
    }
    texts
}

/// The error's own text has all of `parts`, and its sources repeat nothing.
fn assert_said_once(error: &dyn Error, parts: &[&str]) {
    let texts = chain(error);
    for part in parts {
        assert!(texts[0].contains(part), "{part:?} in {texts:?}");
    }
    for (i, text) in texts.iter().enumerate() {
        for (j, other) in texts.iter().enumerate() {
            assert!(i == j || !text.contains(other.as_str()), "{other:?} stands twice in {texts:?}");
        }
    }
}

fn config_error(variables: &[(&str, &str)]) -> ConfigError {
    let lookup = |name: &str| Some(variables.iter().find(|(known, _)| *known == name)?.1.to_owned());
    Config::from_vars(lookup).unwrap_err()
}

#[test]
fn an_error_of_the_configuration_names_the_variable_and_what_was_expected() {
    let on = ("LANGSMITH_TRACING", "true");
    let elsewhere = ("LANGSMITH_ENDPOINT", "http://example.org");
    let local = ("LANGSMITH_ENDPOINT", "http://localhost");
    let tls = cfg!(any(feature = "rustls", feature = "native-tls"));
    for (variables, variable, kind) in [
        (
            &[on, ("LANGSMITH_ALLOW_INSECURE", "1"), elsewhere][..],
            "LANGSMITH_API_KEY",
            ConfigErrorKind::Missing,
        ),
        (
            &[local, ("LANGSMITH_MAX_INGEST_MEMORY_BYTES", "0")],
            "LANGSMITH_MAX_INGEST_MEMORY_BYTES",
            ConfigErrorKind::Malformed,
        ),
        (&[elsewhere], "LANGSMITH_ENDPOINT", ConfigErrorKind::Insecure),
        (&[local, ("LANGSMITH_RUNS_ENDPOINTS", "[]")], "LANGSMITH_RUNS_ENDPOINTS", ConfigErrorKind::Conflict),
        // the reason comes from the disk
        (
            &[local, ("LANGSMITH_CONFIG_FILE", "/nowhere/at/all")],
            "LANGSMITH_CONFIG_FILE",
            ConfigErrorKind::Malformed,
        ),
        (
            &[("LANGSMITH_ENDPOINT", if tls { "ftp://example.org" } else { "https://example.org" })],
            "LANGSMITH_ENDPOINT",
            if tls { ConfigErrorKind::Malformed } else { ConfigErrorKind::NotBuilt },
        ),
    ] {
        let error = config_error(variables);
        assert_eq!((error.kind(), error.variable()), (kind, variable));
        assert_said_once(&error, &[variable, "expected"]);
        // shown by `{error}` alone, the error of `init` is the same
        let of_init = InitError::from(error.clone());
        assert_eq!(of_init.to_string(), error.to_string());
        assert_said_once(&of_init, &[variable, "expected"]);
    }
    assert_said_once(&InitError::AlreadyRunning, &["started before"]);
}

#[test]
fn an_error_that_main_returns_reads_as_a_sentence() {
    fn shown(error: impl Error + 'static) -> String {
        let error: Box<dyn Error> = Box::new(error);
        format!("Error: {error:?}")
    }
    let error = config_error(&[("LANGSMITH_TRACING", "true")]);
    let sentence = format!("Error: {error}");
    assert!(sentence.starts_with("Error: LANGSMITH_API_KEY is not set: expected "), "{sentence}");
    assert_eq!(shown(error.clone()), sentence);
    assert_eq!(shown(InitError::from(error)), sentence);
    assert!(shown(InitError::AlreadyRunning).starts_with("Error: tracing was started before"));
    assert_eq!(shown(InvalidKey::Empty), format!("Error: {}", InvalidKey::Empty));
    let replay = ReplayError::Folder("folder".into(), std::io::ErrorKind::NotFound.into());
    assert_eq!(shown(replay), "Error: folder cannot be replayed: entity not found");
}

#[test]
fn an_error_of_a_replay_names_the_folder_and_the_reason() {
    let config = Config::builder().endpoint("http://127.0.0.1:9").build().unwrap();
    let error = replay("/nowhere/at/all", &config).unwrap_err();
    let ReplayError::Folder(_, reason) = &error else { unreachable!("the only kind") };
    assert_said_once(&error, &["/nowhere/at/all", &reason.to_string()]);
    // an error that has another one inside
    let inside = std::io::Error::other(InvalidKey::Empty);
    let error = ReplayError::Folder("folder".into(), std::io::Error::other(inside));
    assert_said_once(&error, &["folder", "blank"]);
}

#[test]
fn an_error_of_a_key_says_what_is_wrong_with_it() {
    assert_said_once(&ApiKey::new(" ").unwrap_err(), &["blank"]);
    assert_said_once(&ApiKey::new("a\nb").unwrap_err(), &["printable ASCII"]);
}

#[cfg(feature = "anonymizer")]
#[test]
fn an_error_of_a_rule_has_the_pattern_and_the_reason() {
    let rule = |pattern: &str| traceable_exporter::Anonymizer::new().rule(pattern, "").unwrap_err();
    assert_said_once(&rule("card ("), &["card (", "unclosed group"]);
    assert_said_once(&rule("x*"), &["x*", "empty text"]);
}
