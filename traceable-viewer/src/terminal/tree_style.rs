//! How a tree is drawn, and with which characters.

use std::time::Duration;

use crate::terminal::{sanitize, units};

/// How a tree is drawn: with which characters, and how much of each run. The default draws with Unicode, without
/// colours, and cuts what is long.
///
/// ```
/// use traceable_viewer::TreeStyle;
///
/// let plain = TreeStyle::default().ascii(true).metadata(true);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TreeStyle {
    pub(crate) ascii: bool,
    pub(crate) color: bool,
    pub(crate) full: bool,
    pub(crate) metadata: bool,
}

impl TreeStyle {
    /// Branches and marks in ASCII, for terminals without Unicode. What runs recorded is printed as it is.
    #[must_use]
    pub fn ascii(mut self, ascii: bool) -> Self {
        self.ascii = ascii;
        self
    }

    /// Marks in colour.
    #[must_use]
    pub fn color(mut self, color: bool) -> Self {
        self.color = color;
        self
    }

    /// Inputs, outputs and errors whole, on as many lines as they take.
    #[must_use]
    pub fn full(mut self, full: bool) -> Self {
        self.full = full;
        self
    }

    /// The metadata of each run, a line each.
    #[must_use]
    pub fn metadata(mut self, metadata: bool) -> Self {
        self.metadata = metadata;
        self
    }

    pub(crate) fn symbols(self) -> &'static Symbols {
        if self.ascii { &ASCII } else { &UNICODE }
    }

    /// A text on one line, with the sign of what is cut off.
    pub(crate) fn one_line(self, text: &str, width: usize) -> String {
        let line = sanitize::one_line(text, width);
        match line.strip_suffix('…') {
            Some(cut) if self.ascii => format!("{cut}..."),
            _ => line,
        }
    }

    pub(crate) fn duration(self, duration: Duration) -> String {
        let text = units::format_duration(duration);
        if self.ascii { text.replace('µ', "u") } else { text }
    }

    pub(crate) fn paint(self, color: Color, text: &str) -> String {
        if self.color { format!("\u{1b}[{}m{text}\u{1b}[0m", color.code()) } else { text.to_owned() }
    }
}

/// What a part of a line means, by its colour. No meaning is told by a colour alone.
#[derive(Clone, Copy)]
pub(crate) enum Color {
    Good,
    Bad,
    Notable,
    Faint,
}

impl Color {
    fn code(self) -> &'static str {
        match self {
            Color::Good => "32",
            Color::Bad => "31",
            Color::Notable => "33",
            Color::Faint => "2",
        }
    }
}

/// The characters of a tree.
pub(crate) struct Symbols {
    pub(crate) branch: &'static str,
    pub(crate) last_branch: &'static str,
    pub(crate) bar: &'static str,
    pub(crate) success: &'static str,
    pub(crate) error: &'static str,
    pub(crate) pending: &'static str,
    pub(crate) cancelled: &'static str,
    pub(crate) dropped: &'static str,
    pub(crate) between: &'static str,
}

const UNICODE: Symbols = Symbols {
    branch: "├─ ",
    last_branch: "└─ ",
    bar: "│  ",
    success: "✓",
    error: "✗",
    pending: "…",
    cancelled: "⊘",
    dropped: "◐",
    between: " · ",
};

const ASCII: Symbols = Symbols {
    branch: "|- ",
    last_branch: "`- ",
    bar: "|  ",
    success: "ok",
    error: "ERROR",
    pending: "...",
    cancelled: "CANCELLED",
    dropped: "left",
    between: ", ",
};
