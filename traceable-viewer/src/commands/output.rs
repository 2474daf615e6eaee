//! Data on stdout, talk on stderr.

use std::error::Error;
use std::io::{ErrorKind, IsTerminal, Write};

use traceable_viewer::TreeStyle;

/// Whoever reads stdout, such as `head`, has seen enough. It is no failure; `main` ends quietly.
#[derive(Debug, thiserror::Error)]
#[error("the reader of stdout is gone")]
pub(crate) struct ReaderGone;

/// Writes data to stdout.
pub(crate) fn print(text: &str) -> Result<(), Box<dyn Error>> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Box::new(ReaderGone)),
        result => Ok(result?),
    }
}

/// Says something to the person at the terminal.
pub(crate) fn say(line: &str) {
    // without stderr, work goes on
    let _ = writeln!(std::io::stderr(), "traceable: {line}");
}

/// The style for a stream: colours on a terminal unless NO_COLOR forbids them, Unicode unless the locale lacks it.
pub(crate) fn style(stream: &impl IsTerminal) -> TreeStyle {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let color = stream.is_terminal() && !is_set("NO_COLOR") && !dumb;
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var_os(name).filter(|value| !value.is_empty()));
    let ascii = locale.is_some_and(|locale| is_without_unicode(&locale.to_string_lossy()));
    TreeStyle::default().color(color).ascii(ascii)
}

/// Whether a locale that was chosen has another encoding. One without an encoding is that of the system, which is UTF-8
/// on every system of today, but for the two that are ASCII by definition.
fn is_without_unicode(locale: &str) -> bool {
    match locale.split_once('.') {
        Some((_, encoding)) => !encoding.to_ascii_lowercase().replace('-', "").starts_with("utf8"),
        None => matches!(locale, "C" | "POSIX"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales() {
        for unicode in ["en_US.UTF-8", "C.utf8", "de_DE", "de_DE.UTF-8@euro"] {
            assert!(!is_without_unicode(unicode), "{unicode}");
        }
        for other in ["C", "POSIX", "de_DE.ISO-8859-1"] {
            assert!(is_without_unicode(other), "{other}");
        }
    }
}
