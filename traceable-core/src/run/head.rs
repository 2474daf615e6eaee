//! What a run is before it starts: its name and its kind.

use std::panic::Location;

use crate::callsite::by_location;
use crate::callsite::function::Callsite;
use crate::sink::heap_size::of_text;
use crate::sink::run_type::RunType;
use crate::sink::text::Text;

/// What a run is before it starts.
pub(crate) enum RunHead {
    /// A call of an annotated function.
    Callsite(&'static Callsite),
    /// Everything else.
    Own(Box<OwnHead>),
}

/// The head of a run that is not simply a call of an annotated function.
pub(crate) struct OwnHead {
    pub(crate) name: Text,
    pub(crate) run_type: RunType,
    pub(crate) method: Option<&'static str>,
    /// The function, if it has one.
    pub(crate) callsite: Option<&'static Callsite>,
    /// Where it was made, if it has none.
    pub(crate) location: Option<&'static Location<'static>>,
    pub(crate) labels: CallsiteLabels,
}

/// Tags and project of an annotated function.
#[derive(Clone, Copy, Default)]
pub(crate) struct CallsiteLabels {
    pub(crate) tags: &'static [&'static str],
    pub(crate) project: Option<&'static str>,
}

impl RunHead {
    /// The head of a run that no annotated function makes. `location` is where in the user's code it is made.
    pub(crate) fn new(
        name: Text,
        run_type: RunType,
        method: Option<&'static str>,
        location: Option<&'static Location<'static>>,
    ) -> RunHead {
        let labels = CallsiteLabels::default();
        RunHead::Own(Box::new(OwnHead { name, run_type, method, callsite: None, location, labels }))
    }

    /// The same under another name.
    pub(crate) fn renamed(self, name: Text) -> RunHead {
        match self {
            RunHead::Own(own) => RunHead::Own(Box::new(OwnHead { name, ..*own })),
            RunHead::Callsite(callsite) => {
                let (run_type, labels) = (self.run_type(), self.labels());
                RunHead::of_function(callsite, name, run_type, labels)
            }
        }
    }

    /// How many bytes of memory it takes beside its own structure.
    pub(crate) fn heap_size(&self) -> usize {
        match self {
            RunHead::Callsite(_) => 0,
            RunHead::Own(own) => size_of::<OwnHead>() + of_text(&own.name),
        }
    }

    /// A call of an annotated function that is not described by its callsite alone.
    pub(crate) fn of_function(
        callsite: &'static Callsite,
        name: Text,
        run_type: RunType,
        labels: CallsiteLabels,
    ) -> RunHead {
        RunHead::Own(Box::new(OwnHead {
            name,
            run_type,
            method: RunHead::Callsite(callsite).method(),
            callsite: Some(callsite),
            location: None,
            labels,
        }))
    }

    /// Tags and project that the attribute gives.
    pub(crate) fn labels(&self) -> CallsiteLabels {
        match self {
            RunHead::Callsite(callsite) => CallsiteLabels { tags: callsite.tags, project: callsite.project },
            RunHead::Own(own) => own.labels,
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            RunHead::Callsite(callsite) => callsite.name,
            RunHead::Own(own) => &own.name,
        }
    }

    pub(crate) fn run_type(&self) -> RunType {
        match self {
            RunHead::Callsite(callsite) => callsite.run_type.into(),
            RunHead::Own(own) => own.run_type.clone(),
        }
    }

    /// `ls_method` in the metadata: whether the attribute, a block or the user's own hands made this run.
    pub(crate) fn method(&self) -> Option<&'static str> {
        match self {
            RunHead::Callsite(_) => Some("traceable"),
            RunHead::Own(own) => own.method,
        }
    }

    /// The annotated function.
    pub(crate) fn function_callsite(&self) -> Option<&'static Callsite> {
        match self {
            RunHead::Callsite(callsite) => Some(callsite),
            RunHead::Own(own) => own.callsite,
        }
    }

    /// Where the history of such runs is stored: at the function, or at the callsite that makes them. None for a run of
    /// another process.
    pub(crate) fn callsite(&self) -> Option<&'static Callsite> {
        match self {
            RunHead::Callsite(callsite) => Some(callsite),
            RunHead::Own(own) => {
                own.callsite.or_else(|| own.location.map(|location| by_location::at(location, &own.name)))
            }
        }
    }
}
