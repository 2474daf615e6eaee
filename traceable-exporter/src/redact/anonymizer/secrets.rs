//! Secrets in a text, found by their form or by their name.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex, bytes};

use super::patterns::{self, exact};
use super::pem::private_keys;
use super::plausible::{is_bare_secret, is_hyphenated, is_no_word, is_secret};
use super::prefilter::may_hold_secret;

/// What stands where a secret was; LangSmith's SDKs write the same.
pub(super) const PLACEHOLDER: &str = "[SECRET_DETECTED]";

/// All patterns, ready for use. Made at the first use: it takes a few milliseconds.
struct Patterns {
    suspicion: bytes::Regex,
    tokens: Regex,
    url: Regex,
    header: Regex,
    scheme: Regex,
    named: Regex,
    /// A name that says all.
    name: Regex,
}

/// `None`: they cannot be made, which a test rules out.
static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let regex = |pattern: &str| Regex::new(pattern).ok();
    Some(Patterns {
        suspicion: bytes::Regex::new(&patterns::suspicion()).ok()?,
        tokens: regex(&exact(&patterns::TOKENS.join("|")))?,
        url: regex(patterns::URL)?,
        header: regex(&patterns::header())?,
        scheme: regex(patterns::SCHEME)?,
        named: regex(&patterns::named_value())?,
        name: regex(&format!("(?i-u:{}|{})$", patterns::NAMES, patterns::HEADERS))?,
    })
});

/// Makes the patterns, where there is time for it.
pub(super) fn prepare() {
    LazyLock::force(&PATTERNS);
}

/// Whether there is surely no secret in this JSON.
pub(super) fn is_clean_json(json: &str) -> bool {
    // these two escapes can stand for any letter, and for a slash
    let hides_nothing = !json.contains(r"\u") && !json.contains(r"\/");
    hides_nothing && is_clean(json)
}

/// Whether there is surely no secret in this text.
pub(super) fn is_clean(text: &str) -> bool {
    let is_candidate = |patterns: &Patterns| patterns.suspicion.is_match(text.as_bytes());
    !may_hold_secret(text.as_bytes()) || PATTERNS.as_ref().is_some_and(|patterns| !is_candidate(patterns))
}

/// Whether the value of an entry of this name is secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    // a sentence, or a setting with its value, is no name
    let is_name = name.len() <= 80 && !name.contains(['=', ':']);
    is_name && PATTERNS.as_ref().is_none_or(|patterns| patterns.name.is_match(name))
}

/// What stands in the place of such a value.
pub(super) fn under_secret_name(value: &str) -> Option<&'static str> {
    is_secret(value).then_some(PLACEHOLDER)
}

/// The text without its secrets; `None`: it has none.
pub(super) fn without(text: &str) -> Option<String> {
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
    step(&|text| patterns.named(text));
    changed
}

/// Puts the placeholder into these places, which are in order.
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

    /// From the user's name to the password: the one may be a token as well.
    fn urls(&self, text: &str) -> Vec<Range<usize>> {
        let found = self.url.captures_iter(text).filter_map(|found| {
            let (user, password) = (found.get(1)?, found.get(2)?);
            is_secret(password.as_str()).then_some(user.start()..password.end())
        });
        found.collect()
    }

    fn headers(&self, text: &str) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        for found in self.header.captures_iter(text) {
            let Some(value) = found.name("value") else { continue };
            let mut words = value.as_str().split(' ').filter(|word| !word.is_empty());
            // the scheme alone says nothing
            let is_value = |word: &str| word.len() >= 6 && is_no_word(word) && is_secret(word);
            if words.next().is_some_and(is_value) || words.next().is_some_and(is_value) {
                places.push(value.range());
            }
        }
        for found in self.scheme.captures_iter(text) {
            let value = found.name("bearer").or_else(|| found.name("basic"));
            places.extend(value.filter(|value| is_no_word(value.as_str())).map(|value| value.range()));
        }
        places.sort_by_key(|location| location.start);
        // `Authorization: Bearer ..` is found twice
        places.dedup_by(|later, earlier| later.start < earlier.end);
        places
    }

    fn named(&self, text: &str) -> Vec<Range<usize>> {
        self.named.captures_iter(text).filter_map(|found| named_value(&found)).collect()
    }
}

fn named_value(found: &Captures<'_>) -> Option<Range<usize>> {
    if let Some(quoted) = ["a", "b", "c", "d"].iter().find_map(|group| found.name(group)) {
        return is_secret(quoted.as_str()).then(|| quoted.range());
    }
    let bare = found.name("bare")?;
    // the end of a sentence, or of what is around it
    let value = bare.as_str().trim_end_matches([')', ']', '}', '>', '.']);
    let after_colon = found.name("sign").is_some_and(|sign| sign.as_str() == ":");
    // `password=password` hands a variable on
    let repeats_name = found[0].strip_prefix(value).is_some_and(|rest| rest.trim_start().starts_with('='));
    let is_secret = !repeats_name && is_secret(bare.as_str()) && is_bare_secret(value, after_colon);
    is_secret.then(|| bare.start()..bare.start() + value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the patterns are made of, whole and in pieces, and what texts are.
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
    fn the_first_looks_pass_over_nothing_that_is_found() {
        let patterns = PATTERNS.as_ref().unwrap();
        let mut random = fastrand::Rng::with_seed(7);
        let mut found = 0;
        for _ in 0..15_000 {
            let text = text(&mut random);
            let is_found = !private_keys(&text).is_empty()
                || !patterns.urls(&text).is_empty()
                || !patterns.tokens(&text).is_empty()
                || !patterns.headers(&text).is_empty()
                || !patterns.named(&text).is_empty();
            let json = serde_json::Value::from(text.as_str()).to_string();
            let named = format!("{{{json}\n:\"x\"}}");
            found += usize::from(is_found);
            for look in [&text, &json] {
                let is_candidate = patterns.suspicion.is_match(look.as_bytes());
                assert!(may_hold_secret(look.as_bytes()) || !is_candidate, "{look:?}");
            }
            assert!(!is_found || (!is_clean(&text) && !is_clean_json(&json)), "{text:?}");
            assert!(!is_secret_name(&text) || !is_clean_json(&named), "{named:?}");
        }
        assert!(found > 500, "{found}");
    }
}
