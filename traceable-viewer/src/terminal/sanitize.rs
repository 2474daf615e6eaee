//! Text that strangers wrote, made safe for a terminal.

/// One line of a text: runs of white space become one space, characters that control a terminal or turn the direction
/// of text are left out, and the rest is cut after `width` characters.
pub fn one_line(text: &str, width: usize) -> String {
    let mut line = String::new();
    let mut count = 0;
    let mut gap = false;
    for letter in text.chars() {
        if letter.is_whitespace() {
            gap = count > 0;
            continue;
        }
        if is_control(letter) {
            continue;
        }
        let wanted = 1 + usize::from(gap);
        if count + wanted > width {
            line.push('…');
            return line;
        }
        if gap {
            line.push(' ');
            gap = false;
        }
        line.push(letter);
        count += wanted;
    }
    line
}

/// A line of a text, whole and with its spaces, without characters that control a terminal; a tab becomes a space.
pub(crate) fn whole_line(text: &str) -> String {
    let spaced = text.chars().map(|letter| if letter == '\t' { ' ' } else { letter });
    spaced.filter(|letter| !is_control(*letter)).collect()
}

/// Control characters (both sets), marks that turn the direction of text, and letters that cannot be seen.
fn is_control(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_safe_and_short() {
        assert_eq!(one_line("  a\n\tb  ", 10), "a b");
        assert_eq!(one_line("\u{1b}[31mred\u{7}\u{9b}\u{202e}", 10), "[31mred");
        assert_eq!(one_line("abcdef", 6), "abcdef");
        assert_eq!(one_line("abcdefg", 6), "abcdef…");
        assert_eq!(one_line("", 6), "");
        assert_eq!(whole_line("  a\t\u{1b}[2Jb  \r"), "  a [2Jb  ");
    }
}
