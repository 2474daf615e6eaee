//! Texts that must not be sent, replaced by what may.

mod json;
mod location;
mod patterns;
mod pem;
mod plausible;
mod prefilter;
mod rule;
mod secrets;

use std::fmt;
use std::sync::Arc;

use json::NoText;
pub use location::TextLocation;
use location::push;
pub use rule::InvalidRule;
use rule::Rule;

/// Replaces parts of texts before a run is sent: secrets, names, whatever the program says.
///
/// It sees every text of a run: in inputs, outputs, metadata, events, `serialized`, in attachments that are text or JSON
/// (by their MIME type, in UTF-8), the error, the name, the tags, names of attachments, a project or a run type of the
/// program's own; in JSON the names of entries as well as their values, at whatever depth, as text and not as it is
/// escaped. Numbers stay, unless they stand under a name that says `password` or the like.
///
/// ```
/// use traceable_exporter::{Anonymizer, Config, Redaction};
///
/// let anonymizer = Anonymizer::secrets()
///     .rule(r"(?i)\b[\w.+-]+@[\w-]+\.[\w.]+\b", "[email]")?
///     .function(|text, place| (place.path() == "/metadata/user").then(|| format!("user of {} letters", text.len())));
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
    /// One that replaces nothing yet.
    pub fn new() -> Anonymizer {
        Anonymizer::default()
    }

    /// One that knows the forms of secrets and puts `[SECRET_DETECTED]` in their place:
    ///
    /// - keys and tokens of OpenAI, Anthropic, LangSmith, GitHub, GitLab, AWS, Google, Slack, Stripe, npm, PyPI, SendGrid,
    ///   Hugging Face and some more, and JSON Web Tokens;
    /// - private keys in PEM;
    /// - what a name gives away: `PASSWORD=..`, `"api_key": ".."`, `--token ..`, in a text, and as an entry of an object;
    ///   of an object under such a name all texts, unless they stand where a JSON schema describes (`"type"`,
    ///   `"description"` and their like);
    /// - `Authorization` and `Cookie` headers, `Bearer ..`, `Basic ..`;
    /// - user and password in an address.
    ///
    /// The families are those of LangSmith's own SDKs, the patterns are not. They are a net and not a wall: a password
    /// that stands in the middle of a sentence has no form. Where a value is known to be secret, say so with
    /// [`Secret`](traceable_core::Secret).
    ///
    /// A run without secrets costs a scan of its bytes, of about a microsecond for each KB.
    pub fn secrets() -> Anonymizer {
        secrets::prepare();
        Anonymizer { steps: vec![Step::Secrets] }
    }

    /// Replaces what matches a pattern, after what was there before. The pattern is one of the crate `regex`: no
    /// look-around, no back-references, and time that grows with the text alone. In the replacement `$1` and `${name}`
    /// stand for parts of the match, and `$$` for a dollar sign.
    ///
    /// # Errors
    /// If the pattern is none, or matches the empty text.
    pub fn rule(mut self, pattern: &str, replacement: impl Into<String>) -> Result<Anonymizer, InvalidRule> {
        self.steps.push(Step::Rule(Rule::new(pattern, replacement.into())?));
        Ok(self)
    }

    /// Asks a function for what is to stand in the place of a text; `None`: itself. It is given texts as those before it
    /// have left them, names of entries among them ([`TextPlace::is_name`]). If it panics, the field it was asked about is
    /// not sent.
    ///
    /// It runs on the program's own threads, in the middle of its work, for each text of each run.
    pub fn function(
        mut self,
        function: impl Fn(&str, TextLocation<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Anonymizer {
        self.steps.push(Step::Function(Arc::new(function)));
        self
    }

    /// What is to stand in the place of a text; `None`: itself.
    pub(super) fn text(&self, text: &str, path: &str) -> Option<String> {
        self.replaced(text, TextLocation::text(path))
    }

    /// What is to stand in the place of valid JSON; `None`: itself.
    ///
    /// # Errors
    /// If it has a string that is no text.
    pub(super) fn json(&self, json: &str, path: &str) -> Result<Option<String>, NoText> {
        // nothing but the known secrets has a form that can be looked for in JSON as it is written
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
                Step::Secrets => secrets::without(now),
                Step::Rule(rule) => rule.apply(now),
                Step::Function(function) => function(now, location),
            };
            changed = new.or(changed);
        }
        changed
    }
}

/// `/attachments/0/name`
pub(super) fn path(steps: &[&str]) -> String {
    let mut path = String::new();
    steps.iter().for_each(|step| push(&mut path, step));
    path
}

impl json::Edit for Anonymizer {
    fn text(&self, text: &str, location: TextLocation<'_>) -> Option<String> {
        self.replaced(text, location)
    }

    fn is_secret_name(&self, name: &str) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Secrets)) && secrets::is_secret_name(name)
    }

    fn describes_secret(&self, name: &str) -> bool {
        plausible::is_of_schema(name)
    }

    fn under_secret_name(&self, value: &str) -> Option<&'static str> {
        secrets::under_secret_name(value)
    }
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
