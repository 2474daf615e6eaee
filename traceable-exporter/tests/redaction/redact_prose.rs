//! Texts without secrets stay as they are, to the byte.
#![cfg(feature = "anonymizer")]

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use serde_json::json;
use traceable_core::{RunOperation, RunSink, RunTree};
use traceable_exporter::{Anonymizer, RedactingSink, Redaction};

const PROSE: &[&str] = &[
    "The password must be at least eight characters long. Password: required.",
    "Secrets of the sea: a novel. The secret: practice, practice, practice.",
    "Tokens: 1234, max_tokens=4096, token_count: 123456, next_token: Hello, eos_token=2",
    "task-oriented-dialogue-systems-and-disk-based-storage, risk-assessment-questionnaires",
    "Use basic understanding of bearer bonds; basic authentication is deprecated; a bearer token is sent.",
    "Authorization: the process of deciding what somebody may do. Cookie: a small cake.",
    "Read https://example.org:8443/a/b?q=x@y.org#z or ssh://git@example.org/repo.git, mail ada@example.org",
    "http://localhost:1984/runs and postgres://localhost/main and a time of 12:30@noon",
    "let api_key = settings.api_key; let key = std::env::var(\"OPENAI_API_KEY\")?;",
    "api_key=os.environ[\"OPENAI_API_KEY\"], password=password, token=token, api_key: Option<String>,",
    "fn login(user: &str, password: &str) -> Result<Token, Error>",
    "PASSWORD=${DB_PASSWORD} API_KEY=<your-key> SECRET=*** password: null, DB_PASSWORD=$DB_PASSWORD",
    "const token = await getToken(); let token = word; token = line.next(); for token in tokens: print(token)",
    "token: string, tokens: string[] = [], my_token: Option<Token>, {\"token\": \"Hello\", \"logprob\": -0.1}",
    "{\"usage\": {\"prompt_tokens\": 12, \"total_tokens\": 1500, \"completion_tokens_details\": {\"reasoning_tokens\": 9}}}",
    "max_new_tokens=4096 pad_token: <pad> eos_token_id=50256 cost_per_1k_tokens: 0.0125 next_page_token=abcdefgh12345678",
    "auth: basic, Auth: none; pass: first; boarding_pass: A38 row; session_id=550e8400-e29b-41d4-a716-446655440000",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "primary_key: 123456789, foreign_key=users_id, keyboard: qwerty12345, monkey=banana",
    "550e8400-e29b-41d4-a716-446655440000 0189d9a6-7a4b-7c3d-8e2f-1a2b3c4d5e6f",
    "20260101T000000000000Z550e8400-e29b-41d4-a716-446655440000.20260101T000001000000Z0189d9a6-7a4b-7c3d-8e2f-1a2b3c4d5e6f",
    "d41d8cd98f00b204e9800998ecf8427e da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "gpt-4o-mini claude-sonnet-4-5-20250929 text-embedding-3-large",
    "Ein Geheimnis: 密码 пароль mot de passe 🔑",
];

#[derive(Default)]
struct Collected(Mutex<Vec<RunOperation>>);

impl RunSink for Collected {
    fn submit(&self, operation: RunOperation) {
        self.0.lock().unwrap().push(operation);
    }
}

/// The operation that the sink gets for such a run.
fn redacted(inputs: &serde_json::Value, name: &str) -> RunOperation {
    let collected = Arc::new(Collected::default());
    let sink = RedactingSink::new(Redaction::new().anonymizer(Anonymizer::secrets()), collected.clone());
    let run = RunTree::builder(name.to_owned()).inputs(inputs).tags([name.to_owned()]).metadata("m", name);
    let run = run.sink(Arc::new(sink)).build();
    run.end_with_error(name);
    run.post();
    collected.0.lock().unwrap().pop().unwrap()
}

#[test]
fn prose_code_ids_and_addresses_stay() {
    for text in PROSE {
        let inputs = json!({"text": text, *text: [text]});
        let operation = redacted(&inputs, text);
        assert_eq!(operation.inputs.as_ref().unwrap().as_str(), inputs.to_string());
        assert_eq!(operation.name(), *text);
        assert!(operation.tags().eq([*text]));
        assert_eq!(operation.metadata()["m"], *text);
        assert_eq!(operation.details().error.as_deref(), Some(*text));
    }
}

#[test]
fn pictures_and_hashes_stay() {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state >> 33
    };
    const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let picture: String = (0..4_000_000).map(|_| char::from(BASE64[next() as usize % 64])).collect();
    let mut hashes = String::new();
    for _ in 0..20_000 {
        let _ = write!(hashes, "{:016x}{:016x} ", next() << 20, next() << 30);
    }
    let inputs =
        json!({"image_url": {"url": format!("data:image/png;base64,{picture}==")}, "hashes": hashes});
    let (before, after) = (inputs.to_string(), redacted(&inputs, "pictures").inputs.unwrap());
    // no `assert_eq`: the texts are too long to print
    assert!(after.as_str() == before);
}
