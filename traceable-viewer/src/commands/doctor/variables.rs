//! Checks the variables that switch tracing on and say where traces go.

use super::finding::Finding;

pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The families of names, the one that counts first.
const FAMILIES: [&str; 2] = ["LANGSMITH", "LANGCHAIN"];

/// What SDKs read before they send anything.
const NAMES: [&str; 6] = ["TRACING_V2", "TRACING", "ENDPOINT", "API_KEY", "PROJECT", "RUNS_ENDPOINTS"];

/// Values that no finding may show.
const SECRETS: [&str; 2] = ["API_KEY", "RUNS_ENDPOINTS"];

pub(crate) fn check(variable: Lookup<'_>) -> Vec<Finding> {
    let mut findings = vec![tracing(variable)];
    for name in NAMES {
        let values: Vec<_> = FAMILIES
            .iter()
            .map(|family| format!("{family}_{name}"))
            .filter_map(|full| Some((variable(&full)?, full)))
            .collect();
        for (value, full) in &values {
            findings.extend(form(full, value));
        }
        if let [(first, winner), (second, loser)] = &values[..]
            && first != second
        {
            findings.push(Finding::notable(
                "variables",
                format!("{winner} and {loser} are both set, to different values; {winner} counts"),
                format!("unset {loser}"),
            ));
        }
    }
    findings.extend(destinations(variable));
    #[cfg(feature = "replay")]
    findings.extend(settings(variable));
    findings
}

/// The value that counts, without what is around it.
pub(crate) fn value(variable: Lookup<'_>, name: &str) -> Option<String> {
    let found = FAMILIES.iter().find_map(|family| variable(&format!("{family}_{name}")))?;
    let tidy = found.trim().trim_matches(['"', '\'']).trim().to_owned();
    (!tidy.is_empty()).then_some(tidy)
}

fn tracing(variable: Lookup<'_>) -> Finding {
    const ADVICE: &str = "set LANGSMITH_TRACING=true, or start the program by `traceable run -- PROGRAM`";
    let found = ["TRACING_V2", "TRACING"].into_iter().find_map(|name| Some((name, value(variable, name)?)));
    match found {
        None => Finding::wrong("tracing", "tracing is off: LANGSMITH_TRACING is not set", ADVICE),
        Some((_, value)) if value == "true" => Finding::good("tracing", "tracing is on"),
        Some((name, value)) => match value.to_ascii_lowercase().as_str() {
            "1" | "yes" | "on" | "true" => Finding::notable(
                "tracing",
                format!(
                    "tracing is on for Rust programs; SDKs of other languages take no `{value}` for {name}"
                ),
                "set LANGSMITH_TRACING=true",
            ),
            _ => Finding::wrong("tracing", format!("tracing is off: {name} is `{value}`"), ADVICE),
        },
    }
}

/// What a shell or a file with variables may have left around a value.
fn form(name: &str, value: &str) -> Option<Finding> {
    let is_secret = SECRETS.iter().any(|secret| name.ends_with(secret));
    let shown = if is_secret { String::new() } else { format!(": `{value}`") };
    if value.trim().is_empty() {
        let text = format!("{name} is set, and blank");
        return Some(Finding::notable("variables", text, format!("unset {name}, or give it a value")));
    }
    if value.trim() != value {
        let text = format!("{name} has white space at an end{shown}");
        return Some(Finding::wrong("variables", text, "remove it; most SDKs do not"));
    }
    let quote = |letter: char| matches!(letter, '"' | '\'' | '`' | '\u{201c}' | '\u{201d}');
    if value.starts_with(quote) || value.ends_with(quote) {
        let text = format!("{name} has quotes in its value{shown}");
        let advice = "remove them: a file of variables needs none, and `docker --env-file` keeps them";
        return Some(Finding::wrong("variables", text, advice));
    }
    None
}

fn destinations(variable: Lookup<'_>) -> Option<Finding> {
    value(variable, "RUNS_ENDPOINTS")?;
    let text = "RUNS_ENDPOINTS is set: runs go to the servers that it lists, and not to LANGSMITH_ENDPOINT";
    Some(Finding::notable("variables", text, "unset LANGSMITH_RUNS_ENDPOINTS to use one server"))
}

/// What the Rust exporter says to these variables.
#[cfg(feature = "replay")]
fn settings(variable: Lookup<'_>) -> Option<Finding> {
    let error = traceable_exporter::Config::from_vars(variable).err()?;
    let advice = "a Rust program with these variables does not start to send; change the variable";
    Some(Finding::wrong("variables", traceable_viewer::error_chain(&error), advice))
}
