//! What a run is before it starts: its name and its kind.

use super::Text;
use super::run_type::RunType;
use super::site::Site;

/// What a run is before it starts.
pub(crate) enum Head {
    /// A call of an annotated function.
    Site(&'static Site),
    /// Everything else.
    Own(Box<OwnHead>),
}

/// The head of a run that is not simply a call of an annotated function.
pub(crate) struct OwnHead {
    pub(crate) name: Text,
    pub(crate) run_type: RunType,
    pub(crate) method: Option<&'static str>,
    /// The function, if it has one.
    pub(crate) site: Option<&'static Site>,
}

impl Head {
    pub(crate) fn new(name: Text, run_type: RunType, method: Option<&'static str>) -> Head {
        Head::Own(Box::new(OwnHead { name, run_type, method, site: None }))
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Head::Site(site) => site.name,
            Head::Own(own) => &own.name,
        }
    }

    pub(crate) fn run_type(&self) -> RunType {
        match self {
            Head::Site(site) => site.run_type.into(),
            Head::Own(own) => own.run_type.clone(),
        }
    }

    /// `ls_method` in the metadata: whether the attribute, a block or the user's own hands made this run.
    pub(crate) fn method(&self) -> Option<&'static str> {
        match self {
            Head::Site(_) => Some("traceable"),
            Head::Own(own) => own.method,
        }
    }

    pub(crate) fn site(&self) -> Option<&'static Site> {
        match self {
            Head::Site(site) => Some(site),
            Head::Own(own) => own.site,
        }
    }
}
