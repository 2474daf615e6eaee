//! The patterns of secrets: one list for all forms that are known.
//!
//! Each is written for a text, with `\b` where a word must begin. [`any`] joins all of them into one pattern that tells
//! quickly whether a text or JSON holds any.

/// Keys and tokens that their first letters give away. The lengths are the shortest that are issued today.
pub(super) const TOKENS: &[&str] = &[
    // OpenAI, Anthropic and those who imitate them: `sk-..`, `sk-proj-..`, `sk-ant-..`
    r"\bsk-[A-Za-z0-9_-]{20,}",
    // LangSmith
    r"lsv2_[a-z]{2}_[A-Za-z0-9_]{20,}",
    r"\bls__[A-Za-z0-9]{20,}",
    // GitHub, GitLab
    r"gh[oprsu]_[A-Za-z0-9]{30,}",
    r"github_pat_[A-Za-z0-9_]{20,}",
    r"\bgl(?:agent|cbt|dt|ffct|ft|imt|oas|pat|ptt|rt|soat)-[A-Za-z0-9_.-]{20,}",
    // AWS: the id of a key; the key itself has no form, and only its name gives it away
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",
    // Google: API key, OAuth token, OAuth client
    r"\bAIza[A-Za-z0-9_-]{35}",
    r"\bya29\.[A-Za-z0-9_-]{20,}",
    r"GOCSPX-[A-Za-z0-9_-]{20,}",
    // Slack: tokens, and webhooks, which take messages from anybody
    r"xox[a-z]-[A-Za-z0-9-]{10,}",
    r"xapp-[0-9]-[A-Za-z0-9-]{10,}",
    r"hooks\.slack\.com/(?:services|triggers|workflows)/[A-Za-z0-9_/-]{20,}",
    // Stripe
    r"\b[rs]k_(?:live|prod|test)_[A-Za-z0-9]{10,}",
    r"\bwhsec_[A-Za-z0-9+/=]{20,}",
    // package registries
    r"npm_[A-Za-z0-9]{30,}",
    r"pypi-Ag[A-Za-z0-9_-]{40,}",
    // SendGrid
    r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    // JSON Web Tokens, signed or encrypted
    r"eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*",
    // hosts of models, and search for agents
    r"\bhf_[A-Za-z0-9]{30,}",
    r"\bgsk_[A-Za-z0-9]{30,}",
    r"\br8_[A-Za-z0-9]{30,}",
    r"\bpcsk_[A-Za-z0-9_]{30,}",
    r"\btvly-[A-Za-z0-9-]{20,}",
];

/// Headers whose values are secret.
pub(super) const HEADERS: &str = "(?:authorization|cookie)";

/// The user and the password in a URL. Neither may contain a delimiter or a control character.
pub(super) const URL: &str = r#"://([^\x00-\x20/?#"'<>@:\\]*):([^\x00-\x20/?#"'<>\\]*)@"#;

/// The beginning of a private key.
pub(super) const PEM: &str = "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY";

/// A name and a sign. [`names`](super::names) decides what it says.
pub(super) const NAME: &str = concat!(
    r#"(?-u)(?P<name>(?:[A-Za-z0-9_.-]+ ){0,2}[A-Za-z0-9_.\[\]-]+)"#,
    r#"\\*["']? *(?P<sign>=>|:=|=|:)[ \t\r\n]*"#,
);

/// The name of an option whose value follows. It is searched for by itself: the words in front of a sign may be an option
/// and its value, as in `--password x y=1`.
pub(super) const OPTION: &str = r"(?-u)--(?P<name>[A-Za-z0-9][A-Za-z0-9_-]*) +";

/// The value behind a name: in quotes, in quotes that are escaped once more, or bare. Calls around the value may stand between:
/// `password: Some(Password("..`.
pub(super) fn value() -> String {
    let (double, single) = (r#"(?:\\.|[^"\\])*"#, r"(?:\\.|[^'\\])*");
    let (escaped_double, escaped_single) = (r#"(?:\\[^"]|[^"\\])*"#, r"(?:\\[^']|[^'\\])*");
    format!(
        r#"(?s)^(?:[A-Za-z_.:]{{1,60}}\(){{0,4}}(?:[A-Za-z]{{0,2}}(?:"(?P<a>{double})|'(?P<b>{single}))|\\+"(?P<c>{escaped_double})|\\+'(?P<d>{escaped_single})|(?P<bare>[^\s"'&,;\\]+))"#
    )
}

/// `Authorization: Bearer ..`, `Cookie: ..`, to the end of the line or of the quotes.
pub(super) fn header() -> String {
    format!(r#"(?i-u:{HEADERS})\\*["']? *[:=] *\\*["']?(?P<value>[^"'\\\r\n]+)"#)
}

/// `Bearer ..`, `Basic ..`, anywhere in a text.
pub(super) const SCHEME: &str =
    r"(?-u:\b)(?i-u:bearer +(?P<bearer>[A-Za-z0-9._~+/=-]{8,})|basic +(?P<basic>[A-Za-z0-9+/=]{12,}))";

/// A pattern for a whole text.
pub(super) fn exact(pattern: &str) -> String {
    pattern.replace(r"\b", r"(?-u:\b)")
}

/// One pattern that matches wherever one of the others does, but for names: in a text, and also in JSON that holds the text, as long
/// as the JSON has neither `\u` nor `\/`. Other escapes change only quotes, backslashes and white space, and the
/// pattern accepts any of those. It must not use `\b`: in JSON a line break ends in the letter `n`.
pub(super) fn any() -> String {
    let mut all: Vec<String> = TOKENS.iter().map(|token| token.replace(r"\b", "")).collect();
    all.push(r"(?i:bearer +[A-Za-z0-9._~+/=-]{8}|basic +[A-Za-z0-9+/=]{12})".to_owned());
    all.push(r#"://[^\x00-\x20/?#"'<>@:\\]*:[^\x00-\x20/?#"'<>\\]*@"#.to_owned());
    all.push(PEM.to_owned());
    format!("(?-u){}", all.join("|"))
}
