//! Secrets that nobody has: put together here, so that no scanner takes this file for a leak.

/// A text with something secret in it.
pub struct Sample {
    pub family: &'static str,
    pub text: String,
    /// What must not be seen of it.
    pub secret: String,
}

/// Letters and digits without a meaning, the same each time.
pub fn letters(length: usize) -> String {
    const ALPHABET: &[u8] = b"k3TqZ8vLr1XwB6nYpH4sJ0dMfC7gR2aEuKx9";
    (0..length).map(|i| char::from(ALPHABET[(i * 7 + i / 36) % ALPHABET.len()])).collect()
}

fn upper(length: usize) -> String {
    letters(length).to_uppercase()
}

/// One of each family, at least.
pub fn samples() -> Vec<Sample> {
    let token = |family, secret: String| Sample { family, text: secret.clone(), secret };
    let within =
        |family, text: &str, secret: String| Sample { family, text: text.replace("{}", &secret), secret };
    let l = letters;
    let segment = l(40);
    let pem = |label: &str| {
        let body = format!("MII{}\n{}", l(61), l(30));
        let text = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----");
        Sample { family: "PEM", text, secret: l(30) }
    };
    vec![
        token("OpenAI", format!("sk-{}", l(48))),
        token("OpenAI project", format!("sk-proj-{}_{}-{}", l(30), l(20), l(9))),
        token("Anthropic", format!("sk-ant-api03-{}-{}AA", l(60), l(30))),
        token("LangSmith", format!("lsv2_pt_{}_{}", l(32).to_lowercase(), l(10).to_lowercase())),
        token("LangSmith service", format!("lsv2_sk_{}_{}", l(32).to_lowercase(), l(10).to_lowercase())),
        token("LangSmith old", format!("ls__{}", l(32).to_lowercase())),
        token("GitHub", format!("ghp_{}", l(36))),
        token("GitHub app", format!("ghs_{}", l(36))),
        token("GitHub fine-grained", format!("github_pat_{}_{}", l(22), l(59))),
        token("GitLab", format!("glpat-{}", l(20))),
        token("AWS key id", format!("AKIA{}", upper(16))),
        token("AWS session key id", format!("ASIA{}", upper(16))),
        within("AWS key", "aws_secret_access_key = {}", format!("{}/{}", l(20), l(19))),
        token("Google", format!("AIza{}", l(35))),
        token("Google OAuth", format!("ya29.{}", l(60))),
        token("Google client", format!("GOCSPX-{}", l(28))),
        token("Slack bot", format!("xoxb-123456789012-123456789012-{}", l(24))),
        token("Slack app", format!("xapp-1-{}-{}", upper(11), l(30))),
        within(
            "Slack hook",
            "https://hooks.slack.com/services/{}",
            format!("T{}/B{}/{}", upper(8), upper(8), l(24)),
        ),
        token("Stripe", format!("sk_live_{}", l(24))),
        token("Stripe restricted", format!("rk_test_{}", l(24))),
        token("Stripe webhook", format!("whsec_{}", l(32))),
        token("npm", format!("npm_{}", l(36))),
        token("PyPI", format!("pypi-AgEIcHlwaS5vcmc{}", l(60))),
        token("SendGrid", format!("SG.{}.{}", l(22), l(43))),
        token("Hugging Face", format!("hf_{}", l(34))),
        token("JWT", format!("eyJ{segment}.eyJ{segment}.{segment}")),
        token(
            "JWE",
            format!("eyJ{segment}..{segment}.{segment}.{segment}").replace("..", &format!(".{segment}.")),
        ),
        pem("PRIVATE KEY"),
        pem("RSA PRIVATE KEY"),
        pem("OPENSSH PRIVATE KEY"),
        pem("PGP PRIVATE KEY BLOCK"),
        within("NAME=value", "export DB_PASSWORD={}", "correcthorsebattery".into()),
        within("name: quoted", r#"client_secret: "{}""#, "correct horse, battery".into()),
        within("JSON in a text", r#"{"api_key":"{}"}"#, "staple\\\\x".into()),
        within("JSON in JSON in a text", r#"{\"apiKey\": \"{}\"}"#, "staple-x9".into()),
        within("Debug of a struct", r#"Login { password: Some(Password("{}")) }"#, "staplehunter".into()),
        within("query", "/v1?access_token={}&page=2", l(12)),
        within("option", "--password {} --verbose", l(9)),
        within("token variable", "HF_TOKEN={}", "abcdefghabcdefgh".into()),
        within("Authorization", "Authorization: Bearer {}", l(30)),
        within("Authorization basic", "authorization: Basic {}", "dXNlcjpodW50ZXIy".into()),
        within("Authorization raw", r#"{"Authorization": "{}"}"#, l(24)),
        within("signed request", "Authorization: AWS4-HMAC-SHA256 Credential=x, Signature={}", l(64)),
        within("Bearer", "sent with bearer {}", l(24)),
        within("Cookie", "Cookie: sid={}", l(24)),
        within("URL", "postgres://app:{}@db.example.org/main", "hunter2!".into()),
        within("URL with @", "redis://:{}@cache:6379/0", "p@ss;word".into()),
    ]
}
