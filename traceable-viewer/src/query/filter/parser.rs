//! From text to an [`Expression`], with every mistake named and placed.

use crate::query::filter::attribute::{Attribute, Kind, Object, Part};
use crate::query::filter::error::{FilterError, suggestion};
use crate::query::filter::lexer::{Token, tokens};
use crate::query::filter::literal::Literal;
use crate::query::filter::syntax::{Expression, Operand, Operator};
use crate::query::filter::words::has_too_many_words;

/// The longest filter, in bytes.
const MAX_LENGTH: usize = 16 << 10;

/// Calls in calls.
const MAX_DEPTH: usize = 32;

const FUNCTIONS: [&str; 12] =
    ["and", "or", "not", "eq", "neq", "gt", "gte", "lt", "lte", "in", "has", "search"];

/// Reads a filter.
pub(crate) fn parse(filter: &str) -> Result<Expression, FilterError> {
    if filter.len() > MAX_LENGTH {
        let message = format!("longer than {MAX_LENGTH} bytes");
        return Err(FilterError::new(filter.chars().count(), message));
    }
    let mut parser = Parser { tokens: tokens(filter)?, at: 0 };
    let expression = parser.expression(1)?;
    match parser.next() {
        (Token::End, _) => Ok(expression),
        (_, column) => Err(FilterError::new(column, "trailing text")),
    }
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> (&Token, usize) {
        // the last token is the end, which is never passed
        self.tokens.get(self.at).map_or((&Token::End, 1), |(token, column)| (token, *column))
    }

    fn next(&mut self) -> (Token, usize) {
        let (token, column) = self.peek();
        let next = (token.clone(), column);
        if next.0 != Token::End {
            self.at += 1;
        }
        next
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), FilterError> {
        match self.next() {
            (token, _) if token == *wanted => Ok(()),
            (_, column) => Err(FilterError::new(column, format!("expected {}", wanted.describe()))),
        }
    }

    /// A call: what a filter is, and what `and`, `or` and `not` take.
    fn expression(&mut self, depth: usize) -> Result<Expression, FilterError> {
        let (token, column) = self.next();
        let Token::Word(function) = token else {
            let message = format!("expected a function such as eq(..), not {}", token.describe());
            return Err(FilterError::new(column, message));
        };
        if !FUNCTIONS.contains(&function.as_str()) {
            let near = suggestion(&function, FUNCTIONS.into_iter());
            return Err(FilterError::new(column, format!("unknown function {function}{near}")));
        }
        if depth > MAX_DEPTH {
            return Err(FilterError::new(column, format!("more than {MAX_DEPTH} calls inside each other")));
        }
        self.expect(&Token::Open)?;
        match function.as_str() {
            "and" => Ok(Expression::And(self.expressions(depth)?)),
            "or" => Ok(Expression::Or(self.expressions(depth)?)),
            "not" => {
                let inner = self.expression(depth + 1)?;
                self.close()?;
                Ok(Expression::Not(Box::new(inner)))
            }
            "in" => self.membership(),
            "has" => self.has(),
            "search" => self.search(),
            _ => self.comparison(&function),
        }
    }

    fn expressions(&mut self, depth: usize) -> Result<Vec<Expression>, FilterError> {
        let mut all = vec![self.expression(depth + 1)?];
        while self.another()? {
            all.push(self.expression(depth + 1)?);
        }
        Ok(all)
    }

    /// Whether a comma follows, and not the end of the call.
    fn another(&mut self) -> Result<bool, FilterError> {
        match self.next() {
            (Token::Comma, _) => Ok(true),
            (Token::Close, _) => Ok(false),
            (_, column) => Err(FilterError::new(column, "expected , or )")),
        }
    }

    fn close(&mut self) -> Result<(), FilterError> {
        match self.next() {
            (Token::Close, _) => Ok(()),
            (Token::Comma, column) => Err(FilterError::new(column, "too many arguments: expected )")),
            (_, column) => Err(FilterError::new(column, "expected , or )")),
        }
    }

    fn attribute(&mut self) -> Result<(Attribute, usize), FilterError> {
        match self.next() {
            (Token::Word(name) | Token::Text(name), column) => match Attribute::parse(&name) {
                Some(attribute) => Ok((attribute, column)),
                None => {
                    let near = suggestion(&name, Attribute::names());
                    Err(FilterError::new(column, format!("unknown attribute {name}{near}")))
                }
            },
            (token, column) => {
                let message = format!("expected an attribute, not {}", token.describe());
                Err(FilterError::new(column, message))
            }
        }
    }

    /// The comma before the last argument, which has to be there.
    fn second(&mut self, function: &str) -> Result<(), FilterError> {
        if !self.another()? || *self.peek().0 == Token::Close {
            let (_, column) = self.peek();
            return Err(FilterError::new(column, format!("{function} needs two arguments")));
        }
        Ok(())
    }

    fn literal(&mut self) -> Result<(Literal, usize), FilterError> {
        match self.next() {
            (Token::Text(text), column) => Ok((Literal::Text(text), column)),
            (Token::Number(number), column) => Ok((Literal::Number(number), column)),
            (Token::Word(word), column) => match word.to_ascii_lowercase().as_str() {
                "true" => Ok((Literal::Bool(true), column)),
                "false" => Ok((Literal::Bool(false), column)),
                "null" | "none" => Ok((Literal::Null, column)),
                _ => Err(FilterError::new(column, format!("{word} is no value; texts are in quotes"))),
            },
            (token, column) => {
                Err(FilterError::new(column, format!("expected a value, not {}", token.describe())))
            }
        }
    }

    fn operand(&mut self, attribute: &Attribute) -> Result<Operand, FilterError> {
        let (literal, column) = self.literal()?;
        let value = attribute.read(&literal).map_err(|wanted| {
            let message = format!("{} is compared with {wanted}, not {literal}", attribute.name());
            FilterError::new(column, message)
        })?;
        Ok(Operand { literal, value })
    }

    fn comparison(&mut self, function: &str) -> Result<Expression, FilterError> {
        let (attribute, column) = self.attribute()?;
        if matches!(attribute, Attribute::Tags | Attribute::Object(_)) {
            let name = attribute.name();
            return Err(FilterError::new(column, format!("{name} is asked with has({name}, ..)")));
        }
        self.second(function)?;
        let (_, value_column) = self.peek();
        let operand = self.operand(&attribute)?;
        self.close()?;
        let Some((_, operator)) = Operator::ALL.into_iter().find(|(name, _)| *name == function) else {
            return Err(FilterError::new(column, format!("unknown function {function}")));
        };
        let by_size = !matches!(operator, Operator::Eq | Operator::Neq);
        if by_size && operand.literal == Literal::Null {
            return Err(FilterError::new(value_column, format!("{function} does not compare with null")));
        }
        let unordered = matches!(attribute, Attribute::Scalar(_, Kind::Id | Kind::Status | Kind::Bool));
        if by_size && unordered {
            let message = format!("{} is compared with eq or neq only", attribute.name());
            return Err(FilterError::new(column, message));
        }
        Ok(Expression::Compare(attribute, operator, operand))
    }

    fn membership(&mut self) -> Result<Expression, FilterError> {
        let (attribute, column) = self.attribute()?;
        if matches!(attribute, Attribute::Object(_)) {
            return Err(FilterError::new(column, format!("{} is asked with has(..)", attribute.name())));
        }
        self.second("in")?;
        match self.next() {
            (Token::OpenList, _) => {}
            (_, column) => return Err(FilterError::new(column, "expected a list such as [\"a\", \"b\"]")),
        }
        let mut operands = Vec::new();
        if *self.peek().0 == Token::CloseList {
            self.next();
        } else {
            loop {
                operands.push(self.operand(&attribute)?);
                match self.next() {
                    (Token::Comma, _) => {}
                    (Token::CloseList, _) => break,
                    (_, column) => return Err(FilterError::new(column, "expected , or ]")),
                }
            }
        }
        self.close()?;
        Ok(Expression::In(attribute, operands))
    }

    fn has(&mut self) -> Result<Expression, FilterError> {
        let (attribute, column) = self.attribute()?;
        if !matches!(attribute, Attribute::Tags | Attribute::Object(_)) {
            let message =
                format!("has asks tags, metadata, inputs, outputs or extra, not {}", attribute.name());
            return Err(FilterError::new(column, message));
        }
        self.second("has")?;
        let operand = self.operand(&attribute)?;
        self.close()?;
        Ok(Expression::Has(attribute, operand))
    }

    fn search(&mut self) -> Result<Expression, FilterError> {
        let starts_with_text = matches!(self.peek().0, Token::Text(_));
        let one_argument =
            starts_with_text && self.tokens.get(self.at + 1).is_some_and(|(next, _)| *next == Token::Close);
        let attribute = if one_argument {
            None
        } else {
            let (attribute, column) = self.attribute()?;
            let searchable = match &attribute {
                Attribute::Scalar(_, kind) => matches!(kind, Kind::Text | Kind::RunType | Kind::Error),
                Attribute::Tags | Attribute::Object(_) => true,
                Attribute::Path(..) => true,
                Attribute::Pair(_, part) => *part != Part::Score,
            };
            if !searchable {
                let message = format!("{} is no text to search in", attribute.name());
                return Err(FilterError::new(column, message));
            }
            self.second("search")?;
            Some(attribute)
        };
        let (literal, column) = self.literal()?;
        let Literal::Text(text) = literal else {
            return Err(FilterError::new(column, "search needs a text in quotes"));
        };
        if attribute.is_none() && has_too_many_words(&text) {
            return Err(FilterError::new(column, "more than 64 words: search for fewer"));
        }
        self.close()?;
        Ok(Expression::Search(attribute, text))
    }
}

impl Object {
    /// The column of the payload that holds it, and the key inside.
    pub(super) fn column(self) -> (&'static str, &'static str) {
        match self {
            Object::Inputs => ("inputs", "$"),
            Object::Outputs => ("outputs", "$"),
            Object::Extra => ("extra", "$"),
            Object::Metadata => ("extra", "$.metadata"),
        }
    }
}
