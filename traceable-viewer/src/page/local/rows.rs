//! How values of a run look in a line: times, short texts.

/// Characters of a preview.
const PREVIEW: usize = 200;

/// Milliseconds of microseconds, with fractions.
pub(super) fn ms(us: i64) -> f64 {
    us as f64 / 1000.0
}

pub(super) fn ms_of(us: Option<i64>) -> Option<f64> {
    us.map(ms)
}

/// From one time to another, in milliseconds; zero when the clock went backwards.
pub(super) fn span(from: Option<i64>, to: Option<i64>) -> Option<f64> {
    Some(ms(to?.saturating_sub(from?).max(0)))
}

/// The beginning of a text, on one line.
pub(super) fn preview(text: &str) -> String {
    let mut line = String::new();
    let mut count = 0;
    let mut blank = true;
    for letter in text.chars() {
        // several blanks are one
        let is_blank = letter.is_whitespace() || letter.is_control();
        if is_blank && blank {
            continue;
        }
        if count == PREVIEW {
            line.pop();
            line.push('…');
            return line;
        }
        blank = is_blank;
        line.push(if is_blank { ' ' } else { letter });
        count += 1;
    }
    line.truncate(line.trim_end().len());
    line
}

pub(super) fn preview_of(text: Option<&str>) -> Option<String> {
    text.map(preview)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_are_one_short_line() {
        assert_eq!(preview(" a\n\n\tb\u{0}c "), "a b c");
        assert_eq!(preview(&"é".repeat(200)), "é".repeat(200));
        let long = preview(&"é".repeat(201));
        assert_eq!((long.chars().count(), long.ends_with("é…")), (200, true));
        assert_eq!(span(Some(5), Some(3)), Some(0.0));
        assert_eq!(span(Some(1000), Some(3500)), Some(2.5));
    }
}
