//! The anonymizer: replaces secrets, matches of rules, and what functions say, in texts and in JSON.
//!
//! In: a text or JSON of a run, and where it stands. Out: its replacement, or nothing if it stays. Never changes JSON
//! other than its texts, and numbers under secret names.

mod json;
mod location;
mod rule;

use std::fmt;
use std::sync::Arc;

use json::UnpairedSurrogate;
pub use location::TextLocation;
use location::push;
pub use rule::InvalidRule;
use rule::Rule;

use super::secrets::{self, NameSecrecy};

/// Replaces texts before a run is sent: secrets, names, whatever the program says.
///
/// It sees every text of a run: inputs, outputs, metadata, events, `serialized`, attachments that are text or JSON (by
/// their MIME type, in UTF-8), the error, the name, the tags, names of attachments, a project or a run type of the
/// program's own. In JSON it sees the names of entries and their values, at any depth, unescaped. Numbers stay, unless
/// they stand under a name such as `password`.
///
/// ```
/// use traceable_exporter::{Anonymizer, Config, Redaction};
///
/// let anonymizer = Anonymizer::secrets()
///     .rule(r"(?i)\b[\w.+-]+@[\w-]+\.[\w.]+\b", "[email]")?
///     .function(|text, location| (location.path() == "/metadata/user").then(|| format!("user of {} letters", text.len())));
/// let config = Config::builder()
///     .endpoint("http://127.0.0.1:1984")
///     .redaction(Redaction::new().anonymizer(anonymizer))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq)]
#[must_use = "an anonymizer does nothing until it is part of a redaction"]
pub struct Anonymizer {
    steps: Vec<Step>,
}

/// A function of the program's own.
type Function = dyn Fn(&str, TextLocation<'_>) -> Option<String> + Send + Sync;

#[derive(Clone)]
enum Step {
    Secrets,
    Rule(Rule),
    Function(Arc<Function>),
}

impl Anonymizer {
    /// Creates an anonymizer that replaces nothing yet.
    pub fn new() -> Anonymizer {
        Anonymizer::default()
    }

    /// Creates an anonymizer that replaces secrets by `[SECRET_DETECTED]`:
    ///
    /// - keys and tokens of OpenAI, Anthropic, LangSmith, GitHub, GitLab, AWS, Google, Slack, Stripe, npm, PyPI,
    ///   SendGrid, Hugging Face and some more, and JSON Web Tokens;
    /// - private keys in PEM;
    /// - values whose name gives them away: `PASSWORD=..`, `"apiKey": ".."`, `--token ..`, in a text, as an entry of
    ///   an object, or in a list of arguments: `["--token", ".."]`; all texts of an object under such a name, except where a JSON schema describes (`"type"`,
    ///   `"description"` and the like);
    /// - `Authorization` and `Cookie` headers, `Bearer ..`, `Basic ..`;
    /// - user and password in a URL.
    ///
    /// A name is divided into words, however it is written: `db_password`, `DbPassword`, `DB-PASSWORD`, `db.password`. The last
    /// word says what it is, apart from what follows in `password_hash`, `apiKeyValue` and `token2`. Passwords, passphrases,
    /// secrets, credentials, authorizations, bearers, cookies, JWTs and OTPs are secret, and so are keys of some kinds (`api_key`,
    /// `private_key`, not `primary_key`) and tokens of all kinds but a model's (`eos_token`) and a page's (`next_page_token`).
    /// Counts are not: `max_tokens`, `prompt_tokens`, `token_count`, `password_length`. Under `auth`, `pass` and the like only
    /// values that look like a secret are. A `token` beside its log probability is one that a model made.
    ///
    /// It finds the families of secrets that LangSmith's own SDKs find, by patterns of its own. It cannot find
    /// everything: a password in the middle of a sentence has no form. Wrap a value that is known to be secret in
    /// [`Secret`](traceable_core::Secret).
    ///
    /// Scanning a run without secrets costs a few microseconds per KB.
    pub fn secrets() -> Anonymizer {
        secrets::prepare();
        Anonymizer { steps: vec![Step::Secrets] }
    }

    /// Adds a rule: replaces each match of a pattern, after the earlier steps of this anonymizer. The pattern has the
    /// syntax of the crate `regex`: no look-around, no back-references, and matching takes time linear in the text. In
    /// the replacement `$1` and `${name}` stand for groups of the match, and `$$` for a dollar sign.
    ///
    /// # Errors
    /// If the pattern is malformed, or matches the empty text.
    pub fn rule(mut self, pattern: &str, replacement: impl Into<String>) -> Result<Anonymizer, InvalidRule> {
        self.steps.push(Step::Rule(Rule::new(pattern, replacement.into())?));
        Ok(self)
    }

    /// Adds a function that returns the replacement of a text, or `None` to keep it. The function gets each text as the
    /// earlier steps left it, and names of entries too ([`TextLocation::is_name`]). If it panics, the field that holds
    /// the text is not sent.
    ///
    /// The function runs on the thread that submits the run, once for each text of each run.
    pub fn function(
        mut self,
        function: impl Fn(&str, TextLocation<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Anonymizer {
        self.steps.push(Step::Function(Arc::new(function)));
        self
    }

    /// The replacement of a text; `None`: it stays.
    pub(super) fn text(&self, text: &str, path: &str) -> Option<String> {
        self.replaced(text, TextLocation::text(path))
    }

    /// The replacement of valid JSON; `None`: it stays.
    ///
    /// # Errors
    /// If it has a string that is no valid Unicode.
    pub(super) fn json(&self, json: &str, path: &str) -> Result<Option<String>, UnpairedSurrogate> {
        // only the patterns of secrets can be matched against JSON as it is written
        if self.steps.iter().all(|step| matches!(step, Step::Secrets)) && secrets::is_clean_json(json) {
            return Ok(None);
        }
        json::edit(json, path, self)
    }

    fn replaced(&self, text: &str, location: TextLocation<'_>) -> Option<String> {
        let mut changed: Option<String> = None;
        for step in &self.steps {
            let now = changed.as_deref().unwrap_or(text);
            let new = match step {
                Step::Secrets => secrets::redact(now),
                Step::Rule(rule) => rule.apply(now),
                Step::Function(function) => function(now, location),
            };
            changed = new.or(changed);
        }
        changed
    }
}

/// Joins steps to a JSON pointer, such as `/attachments/0/name`.
pub(super) fn path(steps: &[&str]) -> String {
    let mut path = String::new();
    steps.iter().for_each(|step| push(&mut path, step));
    path
}

impl json::Edit for Anonymizer {
    fn text(&self, text: &str, location: TextLocation<'_>) -> Option<String> {
        self.replaced(text, location)
    }

    fn secrecy(&self, name: &str, path: &str) -> NameSecrecy {
        match self.steps.iter().any(|step| matches!(step, Step::Secrets)) {
            // next to its probability, `token` is one that a model made
            true if name == "token" && is_of_model(path) => NameSecrecy::Nothing,
            true => secrets::secrecy(name),
            false => NameSecrecy::Nothing,
        }
    }

    fn describes_secret(&self, name: &str) -> bool {
        secrets::is_schema_keyword(name)
    }

    fn redact_named_value(&self, value: &str, name: NameSecrecy) -> Option<&'static str> {
        secrets::redact_named_value(value, name)
    }
}

/// Whether what stands there describes tokens of a model: log probabilities, or events that report new tokens.
fn is_of_model(path: &str) -> bool {
    const PLACES: [&str; 4] = ["prob", "token", "candidate", "prefill"];
    path.starts_with("/events/") || PLACES.iter().any(|place| path.to_ascii_lowercase().contains(place))
}

impl PartialEq for Step {
    fn eq(&self, other: &Step) -> bool {
        match (self, other) {
            (Step::Secrets, Step::Secrets) => true,
            (Step::Rule(one), Step::Rule(other)) => one == other,
            (Step::Function(one), Step::Function(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl fmt::Debug for Anonymizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for step in &self.steps {
            match step {
                Step::Secrets => list.entry(&"known secrets"),
                Step::Rule(rule) => list.entry(rule),
                Step::Function(_) => list.entry(&"function"),
            };
        }
        list.finish()
    }
}
