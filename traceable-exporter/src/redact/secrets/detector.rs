//! Finds secrets in a text and replaces them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex, bytes};

use super::names::{MAX_NAME, NameSecrecy, secrecy};
use super::patterns::{self, exact};
use super::pem::private_keys;
use super::plausible::{
    is_bare_secret, is_hyphenated, is_opaque, is_secret, is_token_like, is_token_of_model,
};
use super::prefilter::{MayHold, may_hold};

/// Replaces a secret; LangSmith's SDKs write the same.
const PLACEHOLDER: &str = "[SECRET_DETECTED]";

/// All patterns, compiled. The first use compiles them, which takes a few milliseconds.
struct Patterns {
    /// Matches wherever one of the others does, but for names.
    any: bytes::Regex,
    tokens: Regex,
    url: Regex,
    header: Regex,
    scheme: Regex,
    option: Regex,
    name: Regex,
    value: Regex,
}

/// `None`: a pattern does not compile, which a test rules out.
static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let regex = |pattern: &str| Regex::new(pattern).ok();
    Some(Patterns {
        any: bytes::Regex::new(&patterns::any()).ok()?,
        tokens: regex(&exact(&patterns::TOKENS.join("|")))?,
        url: regex(patterns::URL)?,
        header: regex(&patterns::header())?,
        scheme: regex(patterns::SCHEME)?,
        option: regex(patterns::OPTION)?,
        name: regex(patterns::NAME)?,
        value: regex(&patterns::value())?,
    })
});

/// Compiles the patterns now, so that the first run does not pay for it.
pub(in crate::redact) fn prepare() {
    LazyLock::force(&PATTERNS);
}

/// Whether this JSON certainly holds no secret.
pub(in crate::redact) fn is_clean_json(json: &str) -> bool {
    // `\u` can stand for any letter, and `\/` for a slash: the patterns would not see them
    let hides_nothing = !json.contains(r"\u") && !json.contains(r"\/");
    hides_nothing && is_clean(json)
}

/// Whether this text certainly holds no secret.
fn is_clean(text: &str) -> bool {
    match may_hold(text.as_bytes()) {
        MayHold::Nothing => true,
        MayHold::Form => PATTERNS.as_ref().is_some_and(|patterns| !patterns.any.is_match(text.as_bytes())),
        MayHold::Name => false,
    }
}

/// Replaces a value that stands under such a name; `None`: the value is a placeholder or empty, or not as secret as the name.
pub(in crate::redact) fn redact_named_value(value: &str, name: NameSecrecy) -> Option<&'static str> {
    let is_hidden = match name {
        NameSecrecy::Nothing => false,
        NameSecrecy::IfOpaque => is_secret(value) && is_opaque(value),
        NameSecrecy::Texts => is_secret(value) && !is_token_of_model(value),
        NameSecrecy::All => is_secret(value),
    };
    is_hidden.then_some(PLACEHOLDER)
}

/// Replaces the secrets in a text; `None`: it has none.
pub(in crate::redact) fn redact(text: &str) -> Option<String> {
    let Some(patterns) = PATTERNS.as_ref() else { return Some(PLACEHOLDER.to_owned()) };
    if is_clean(text) {
        return None;
    }
    let mut changed = None;
    let mut step = |find: &dyn Fn(&str) -> Vec<Range<usize>>| {
        let now = changed.as_deref().unwrap_or(text);
        if let Some(new) = replace(now, &find(now)) {
            changed = Some(new);
        }
    };
    step(&private_keys);
    step(&|text| patterns.urls(text));
    step(&|text| patterns.tokens(text));
    step(&|text| patterns.headers(text));
    step(&|text| patterns.named(text, &patterns.option));
    step(&|text| patterns.named(text, &patterns.name));
    changed
}

/// Puts the placeholder into these ranges, which are in order.
fn replace(text: &str, secrets: &[Range<usize>]) -> Option<String> {
    if secrets.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for secret in secrets {
        out.push_str(&text[copied..secret.start]);
        out.push_str(PLACEHOLDER);
        copied = secret.end;
    }
    out.push_str(&text[copied..]);
    Some(out)
}

impl Patterns {
    fn tokens(&self, text: &str) -> Vec<Range<usize>> {
        let found = self.tokens.find_iter(text).filter(|found| !is_hyphenated(found.as_str()));
        found.map(|found| found.range()).collect()
    }

    /// From the user's name to the password: the name may be a token as well.
    fn urls(&self, text: &str) -> Vec<Range<usize>> {
        let found = self.url.captures_iter(text).filter_map(|found| {
            let (user, password) = (found.get(1)?, found.get(2)?);
            is_secret(password.as_str()).then_some(user.start()..password.end())
        });
        found.collect()
    }

    fn headers(&self, text: &str) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        for found in self.header.captures_iter(text) {
            let Some(value) = found.name("value") else { continue };
            let mut words = value.as_str().split(' ').filter(|word| !word.is_empty());
            // the scheme alone is no secret
            let is_value = |word: &str| word.len() >= 6 && is_token_like(word) && is_secret(word);
            if words.next().is_some_and(is_value) || words.next().is_some_and(is_value) {
                ranges.push(value.range());
            }
        }
        for found in self.scheme.captures_iter(text) {
            let value = found.name("bearer").or_else(|| found.name("basic"));
            ranges.extend(value.filter(|value| is_token_like(value.as_str())).map(|value| value.range()));
        }
        ranges.sort_by_key(|range| range.start);
        // `Authorization: Bearer ..` is found twice
        ranges.dedup_by(|later, earlier| later.start < earlier.end);
        ranges
    }

    /// `names`: the pattern of options, or of names and signs.
    fn named(&self, text: &str, names: &Regex) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        let mut at = 0;
        while let Some(found) = names.captures_at(text, at) {
            let value = self.value_behind(&found, text);
            // in what is no secret there may be other names: `command="export API_KEY=.."`
            at = value.as_ref().map_or(found.get_match().end(), |value| value.end);
            ranges.extend(value);
        }
        ranges
    }

    /// The secret behind a name.
    fn value_behind(&self, name: &Captures<'_>, text: &str) -> Option<Range<usize>> {
        let named = name.name("name")?.as_str();
        // what is in front of a long one does not matter
        let end = named.get(named.len().saturating_sub(MAX_NAME)..).unwrap_or(named);
        let secrecy = secrecy(end);
        if secrecy == NameSecrecy::Nothing {
            return None;
        }
        let is_code = secrecy == NameSecrecy::Texts && is_variable_of_code(name, text);
        let start = name.get_match().end();
        let found = self.value.captures(&text[start..])?;
        let range = |value: &str, at: usize| start + at..start + at + value.len();
        if let Some(quoted) = ["a", "b", "c", "d"].iter().find_map(|group| found.name(group)) {
            redact_named_value(quoted.as_str(), secrecy)?;
            if is_code && !is_opaque(quoted.as_str()) {
                return None;
            }
            return Some(range(quoted.as_str(), quoted.start()));
        }
        let bare = found.name("bare")?;
        // punctuation after the value: of the sentence, or of brackets around it
        let value = bare.as_str().trim_end_matches([')', ']', '}', '>', '.']);
        let after_colon = name.name("sign").is_some_and(|sign| sign.as_str() == ":");
        // `password=password` passes a variable on
        let repeats_name = named.ends_with(value) && !after_colon;
        let is_word = is_code && !is_opaque(value);
        let is_number = value.bytes().all(|b| b.is_ascii_digit()) && secrecy != NameSecrecy::All;
        let is_secret = !repeats_name
            && !is_word
            && !is_number
            && is_secret(bare.as_str())
            && is_bare_secret(value, after_colon);
        redact_named_value(value, secrecy).filter(|_| is_secret).map(|_| range(value, bare.start()))
    }
}

/// Whether this is `token` in the middle of a text: a parser has such variables, and models speak of them. A variable of the
/// environment, an option, and a parameter of a URL are none of these.
fn is_variable_of_code(name: &Captures<'_>, text: &str) -> bool {
    let (Some(name), Some(_)) = (name.name("name"), name.name("sign")) else { return false };
    let last = name.as_str().rsplit(' ').next().unwrap_or_default();
    let start = name.end() - last.len();
    let is_parameter = text[..start].ends_with(['?', '&']);
    last.eq_ignore_ascii_case("token") && last != "TOKEN" && !is_parameter
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts of secrets, whole and in pieces, and of ordinary texts.
    const PIECES: &[&str] = &[
        "sk-",
        "sk_",
        "rk_",
        "live_",
        "test_",
        "lsv2_",
        "pt_",
        "ls__",
        "ghp_",
        "gho_",
        "github_pat_",
        "glpat-",
        "glrt-",
        "AKIA",
        "ASIA",
        "ACCA",
        "AIza",
        "ya29.",
        "GOCSPX-",
        "xoxb-",
        "xapp-",
        "1-",
        "hooks.slack.com/",
        "services/",
        "whsec_",
        "npm_",
        "pypi-Ag",
        "SG.",
        "eyJ",
        ".",
        "hf_",
        "gsk_",
        "r8_",
        "pcsk_",
        "tvly-",
        "Bearer ",
        "basic ",
        "://",
        "@",
        ":",
        "=",
        "=>",
        " ",
        "\n",
        "\t",
        "\"",
        "'",
        "\\",
        "--",
        "-----BEGIN ",
        "RSA ",
        "PRIVATE KEY",
        "-----",
        "-----END ",
        "pass",
        "Word",
        "password",
        "passphrase",
        "pwd",
        "secret",
        "SECRET",
        "api",
        "_",
        "-",
        "key",
        "KEY",
        "access",
        "token",
        "HF_TOKEN",
        "tokens",
        "keys",
        "Value",
        "credentials",
        "hash",
        "recovery",
        "code",
        "auth",
        "bearer",
        "connection",
        "string",
        "pass",
        "authorization",
        "Cookie",
        "the",
        "é",
        "\u{1}",
        "\u{b}",
        "<",
        "/",
        "?",
        "#",
        "1234",
        "abcdefghij",
        "ABCDEFGHIJKLMNOP",
        "0123456789abcdefghij",
        "kLn0R9v6Jgx8Bs7KZw4CuqXHfET1pMa3rYd2",
        "\u{212a}ey",
    ];

    fn text(random: &mut fastrand::Rng) -> String {
        (0..random.usize(1..9)).map(|_| PIECES[random.usize(..PIECES.len())]).collect()
    }

    #[test]
    fn the_prefilters_miss_nothing_that_the_patterns_find() {
        let patterns = PATTERNS.as_ref().unwrap();
        let mut random = fastrand::Rng::with_seed(7);
        let mut found = 0;
        for _ in 0..10_000 {
            let text = text(&mut random);
            let is_found = !private_keys(&text).is_empty()
                || !patterns.urls(&text).is_empty()
                || !patterns.tokens(&text).is_empty()
                || !patterns.headers(&text).is_empty()
                || !patterns.named(&text, &patterns.option).is_empty()
                || !patterns.named(&text, &patterns.name).is_empty();
            let json = serde_json::Value::from(text.as_str()).to_string();
            let named = format!("{{{json}\n:\"x\"}}");
            found += usize::from(is_found);
            for look in [&text, &json] {
                let is_candidate = patterns.any.is_match(look.as_bytes());
                assert!(may_hold(look.as_bytes()) != MayHold::Nothing || !is_candidate, "{look:?}");
            }
            assert!(!is_found || (!is_clean(&text) && !is_clean_json(&json)), "{text:?}");
            assert!(secrecy(&text) == NameSecrecy::Nothing || !is_clean_json(&named), "{named:?}");
        }
        assert!(found > 300, "{found}");
    }
}
