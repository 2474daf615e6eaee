//! Which of two messages about one run sets a field: a patch always does, a post only what no patch has set, whichever
//! comes first.

use super::run_row::RunRow;
use crate::model::change::ChangeKind;

impl RunRow {
    /// Whether a message of this kind may set a field that holds a value.
    pub(crate) fn may_set(&self, bit: i64, kind: ChangeKind) -> bool {
        kind == ChangeKind::Patch || self.flags & bit == 0
    }

    /// Remembers which kind of message set a field.
    pub(crate) fn set_by(&mut self, bit: i64, kind: ChangeKind) {
        match kind {
            ChangeKind::Patch => self.flags |= bit,
            ChangeKind::Post => self.flags &= !bit,
        }
    }
}
