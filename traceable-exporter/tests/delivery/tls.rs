//! Servers with an untrusted certificate, servers without TLS, and one with a certificate of a private authority.
#![cfg(feature = "rustls")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use crate::support::faulty::{Fault, Faulty};
use crate::support::tls::TlsServer;
use crate::support::{LONG, Warnings, config, exporter, run};
use traceable_exporter::{Config, ConfigBuilder, ConfigErrorKind};

fn settings(url: &str) -> ConfigBuilder {
    let (request, retry) = (Duration::from_millis(1000), Duration::from_millis(300));
    let settings = config(url).api_key("lsv2_pt_0123456789abcdef").batch_delay(LONG);
    settings.request_timeout(request).retry_timeout(retry)
}

/// Sends a run, asserts that it is dropped, and returns the warnings.
fn assert_dropped(settings: ConfigBuilder) -> String {
    let warnings = Warnings::default();
    let exporter = exporter(settings.on_warning(warnings.handler()));
    run(&exporter, "r");
    let report = exporter.flush(Duration::from_secs(8));
    assert_eq!((report.dropped.retries_exhausted, report.remaining), (2, 0), "{report}");
    assert_eq!(exporter.stats().dropped.total(), 2);
    warnings.lines().join("\n")
}

#[test]
fn a_server_with_an_untrusted_certificate_gets_nothing() {
    let server = TlsServer::start();
    let lines = assert_dropped(settings(&server.url()));
    assert!(lines.contains("certificate"), "{lines}");
    // of another authority
    let other = TlsServer::start().authority;
    assert_dropped(settings(&server.url()).root_certificates(other));
    // for another name
    let elsewhere = format!("https://127.0.0.1:{}", server.port);
    assert_dropped(settings(&elsewhere).root_certificates(server.authority.clone()));
    assert_eq!(server.requests(), 0, "the key stays here");
}

#[test]
fn runs_for_a_server_without_tls_are_dropped() {
    // answers in plain HTTP
    let plain = Faulty::start(vec![], Fault::Status(202, String::new()));
    assert_dropped(settings(&format!("https://localhost:{}", plain.port)));
    assert!(plain.seen().is_empty());
    // sends garbage, closes the connection, or never answers
    for answer in [Some(&[0xee; 4096][..]), Some(&[]), None] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                match answer {
                    Some(bytes) => {
                        let _ = stream.read(&mut [0; 4096]);
                        let _ = stream.write_all(bytes);
                    }
                    None => silent.push(stream),
                }
            }
        });
        assert_dropped(settings(&url));
    }
}

#[test]
fn a_private_authority_is_trusted_if_it_is_named() {
    let server = TlsServer::start();
    let by_hand = settings(&server.url()).root_certificates(server.authority.clone()).build().unwrap();
    let file = std::env::temp_dir().join(format!("traceable-authority-{}.pem", std::process::id()));
    std::fs::write(&file, format!("a comment\n{}", server.authority)).unwrap();
    let by_environment = Config::from_vars(|name| match name {
        "LANGSMITH_ENDPOINT" => Some(server.url()),
        "SSL_CERT_FILE" => Some(file.display().to_string()),
        _ => None,
    });
    std::fs::remove_file(&file).unwrap();
    for (n, config) in [by_hand, by_environment.unwrap()].into_iter().enumerate() {
        let exporter = std::sync::Arc::new(traceable_exporter::Exporter::new(config));
        for _ in 0..2 {
            run(&exporter, "r");
            assert!(exporter.flush(LONG).is_lossless());
        }
        // including `GET /info`
        assert_eq!((server.requests(), exporter.stats().failed_requests), (3 * (n + 1), 0));
    }
}

#[test]
fn malformed_authorities_are_an_error_where_they_are_needed() {
    let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    for pem in ["", "no certificate", broken] {
        let error = settings("https://localhost").root_certificates(pem).build().unwrap_err();
        assert_eq!((error.kind(), error.variable()), (ConfigErrorKind::Malformed, "SSL_CERT_FILE"));
        assert!(settings("http://localhost").root_certificates(pem).build().is_ok());
    }
    let missing = |name: &str| match name {
        "LANGSMITH_ENDPOINT" => Some("https://localhost".to_owned()),
        "SSL_CERT_FILE" => Some("/nowhere/at/all.pem".to_owned()),
        _ => None,
    };
    assert_eq!(Config::from_vars(missing).unwrap_err().variable(), "SSL_CERT_FILE");
}
