//! Short text.

use std::borrow::Cow;

/// Short text that is nearly always a literal.
pub(crate) type Text = Cow<'static, str>;
