//! The letters of a filter as tokens, each with its column.

use crate::query::filter::error::FilterError;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Number(f64),
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    End,
}

impl Token {
    /// How messages name it.
    pub(super) fn describe(&self) -> String {
        match self {
            Token::Word(word) => word.clone(),
            Token::Text(text) => format!("{text:?}"),
            Token::Number(number) => number.to_string(),
            Token::Open => "(".to_owned(),
            Token::Close => ")".to_owned(),
            Token::OpenList => "[".to_owned(),
            Token::CloseList => "]".to_owned(),
            Token::Comma => ",".to_owned(),
            Token::End => "the end".to_owned(),
        }
    }
}

/// All tokens, the last of which is [`Token::End`].
pub(super) fn tokens(filter: &str) -> Result<Vec<(Token, usize)>, FilterError> {
    let mut letters = filter.chars().zip(1..).peekable();
    let mut tokens = Vec::new();
    while let Some((letter, column)) = letters.next() {
        let token = match letter {
            _ if letter.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '[' => Token::OpenList,
            ']' => Token::CloseList,
            ',' => Token::Comma,
            '"' | '\'' => text(&mut letters, letter, column)?,
            _ if is_word(letter) => {
                let mut word = String::from(letter);
                while let Some((letter, _)) =
                    letters.next_if(|(letter, _)| is_word(*letter) || matches!(letter, '.' | '+'))
                {
                    word.push(letter);
                }
                word_or_number(word, column)?
            }
            _ => return Err(FilterError::new(column, format!("unexpected {letter:?}"))),
        };
        tokens.push((token, column));
    }
    // white space at the end is not what is missing something
    tokens.push((Token::End, filter.trim_end().chars().count() + 1));
    Ok(tokens)
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

fn word_or_number(word: String, column: usize) -> Result<Token, FilterError> {
    if !word.starts_with(|letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '.')) {
        return Ok(Token::Word(word));
    }
    match word.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Token::Number(number)),
        _ => {
            let message = format!("{word} is no number; texts are in quotes");
            Err(FilterError::new(column, message))
        }
    }
}

/// The rest of a text in quotes, with the escapes of JSON.
fn text(
    letters: &mut impl Iterator<Item = (char, usize)>,
    quote: char,
    column: usize,
) -> Result<Token, FilterError> {
    let mut text = String::new();
    while let Some((letter, at)) = letters.next() {
        match letter {
            _ if letter == quote => return Ok(Token::Text(text)),
            '\\' => match letters.next() {
                Some(('n', _)) => text.push('\n'),
                Some(('t', _)) => text.push('\t'),
                Some(('r', _)) => text.push('\r'),
                Some(('b', _)) => text.push('\u{8}'),
                Some(('f', _)) => text.push('\u{c}'),
                Some(('u', _)) => text.push(escaped(letters, at)?),
                Some((letter @ ('"' | '\'' | '\\' | '/'), _)) => text.push(letter),
                Some((letter, _)) => {
                    return Err(FilterError::new(at, format!("unknown escape \\{letter}")));
                }
                None => break,
            },
            _ => text.push(letter),
        }
    }
    Err(FilterError::new(column, format!("text without a closing {quote}")))
}

/// The letter of `\uXXXX`, of which two make one beyond the first 65 536.
fn escaped(letters: &mut impl Iterator<Item = (char, usize)>, at: usize) -> Result<char, FilterError> {
    let wrong = || FilterError::new(at, "\\u needs the four hexadecimal digits of a letter");
    let mut unit = || -> Result<u16, FilterError> {
        let digits: String = letters.by_ref().take(4).map(|(letter, _)| letter).collect();
        if digits.len() != 4 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        u16::from_str_radix(&digits, 16).map_err(|_| wrong())
    };
    let first = unit()?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(u32::from(first)).ok_or_else(wrong);
    }
    if letters.next().map(|(letter, _)| letter) != Some('\\')
        || letters.next().map(|(letter, _)| letter) != Some('u')
    {
        return Err(wrong());
    }
    let digits: String = letters.by_ref().take(4).map(|(letter, _)| letter).collect();
    let second = u16::from_str_radix(&digits, 16).map_err(|_| wrong())?;
    char::decode_utf16([first, second]).next().and_then(Result::ok).ok_or_else(wrong)
}
