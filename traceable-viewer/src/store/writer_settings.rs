//! What the writer does beside storing what comes; also with the runs of an older file, when it is brought up to date.

use crate::extract::Prices;

/// Settings of the writer.
#[derive(Clone, Debug)]
pub(crate) struct WriterSettings {
    /// What tokens cost, for runs that name no costs.
    pub(crate) prices: Option<Prices>,
    /// Whether there is a full text.
    pub(crate) search_index: bool,
}

impl Default for WriterSettings {
    fn default() -> Self {
        WriterSettings { prices: None, search_index: true }
    }
}
