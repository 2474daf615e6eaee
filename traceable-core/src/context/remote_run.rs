//! Runs from and to other processes: `to_headers`, `from_headers`, `from_dotted_order`. The format is in `identity`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::capture::json_object::JsonObject;
use crate::capture::payload::Payload;
use crate::identity::clock::Clock;
use crate::identity::dotted_order::{DottedOrder, ParseError};
use crate::identity::headers::{BAGGAGE_HEADER, Baggage, TRACE_HEADER, read};
use crate::process;
use crate::run::head::RunHead;
use crate::run::inherited_settings::Settings;
use crate::run::node::{Bound, RareSettings, Remote, Run, State};
use crate::run::run_tree::RunTree;
use crate::sink::run_type::RunType;

/// A source of headers. Names are asked for in lower case; an implementation must match them in any case.
pub trait Headers {
    /// The value of the header, if it is there and is text.
    fn header(&self, name: &str) -> Option<&str>;
}

impl<S> Headers for HashMap<String, String, S> {
    fn header(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Headers for BTreeMap<String, String> {
    fn header(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl<K: AsRef<str>, V: AsRef<str>> Headers for [(K, V)] {
    fn header(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| key.as_ref().eq_ignore_ascii_case(name)).map(|(_, value)| value.as_ref())
    }
}

impl<K: AsRef<str>, V: AsRef<str>> Headers for Vec<(K, V)> {
    fn header(&self, name: &str) -> Option<&str> {
        self.as_slice().header(name)
    }
}

impl RunTree {
    /// The headers that make another process continue this trace: `langsmith-trace` with the dotted order, and
    /// `baggage` with metadata, tags and project (or address), as LangSmith's SDKs write them. Empty for an inactive handle.
    ///
    /// All of the run's metadata goes out: put nothing there that the other side must not see.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use traceable_core::RunTree;
    /// let run = RunTree::builder("client").build();
    /// let headers: HashMap<_, _> = run.to_headers().into_iter().collect();
    /// let remote = RunTree::from_headers(&headers)?.expect("the headers name a run");
    /// assert_eq!(remote.id(), run.id());
    /// # Ok::<(), traceable_core::ParseError>(())
    /// ```
    #[must_use = "the trace goes on in the other process only if the headers are sent"]
    pub fn to_headers(&self) -> Vec<(String, String)> {
        let (Some(order), Some(context)) = (self.dotted_order(), self.context()) else { return Vec::new() };
        let mut baggage = Baggage::default();
        let mut metadata = JsonObject::default();
        if let Some(settings) = context.settings() {
            metadata = settings.metadata.clone();
            baggage.tags = settings.tags.iter().map(|tag| tag.to_string()).collect();
        }
        if let Some(run) = context.run() {
            if let Some(method) = run.head.method().filter(|_| !metadata.contains_key("ls_method")) {
                metadata.insert("ls_method", Payload::of(method));
            }
            // `add_tags` and the builder's tags are of this run alone, and go out as well
            if let Some(extra) = run.state().extra.as_deref() {
                let own = extra.tags.iter().map(|tag| tag.to_string());
                baggage.tags.extend(own);
            }
            let bound = run.bound();
            let sink = bound.sink.as_ref();
            baggage.project = bound.project().map(ToString::to_string);
            baggage.address = bound.address().map(ToString::to_string);
            if baggage.project.is_none() && baggage.address.is_none() {
                baggage.project = sink.and_then(|sink| sink.default_project()).map(str::to_owned);
            }
            if baggage.project.is_none() && baggage.address.is_none() {
                baggage.address = sink.and_then(|sink| sink.default_address()).map(str::to_owned);
            }
        }
        if !metadata.is_empty() {
            baggage.metadata = Some(metadata.to_payload("metadata").as_str().to_owned());
        }
        let mut headers = vec![(TRACE_HEADER.to_owned(), order)];
        headers.extend(baggage.write().map(|baggage| (BAGGAGE_HEADER.to_owned(), baggage)));
        headers
    }

    /// The run that sent these headers. It lives in the other process: children attach to it, and nothing is sent
    /// for it here. `Ok(None)`: there is no `langsmith-trace` header.
    ///
    /// What the headers do not tell is unknown, and may be named beside the run: a project, tags, metadata. A project that
    /// they do tell holds. Children are timed by the clock here. If the other one is ahead, they have the parent's start in
    /// their dotted order, and the difference in `metadata.clock_skew_ms`.
    ///
    /// # Errors
    /// The header is there and malformed, or has a time more than ten years ahead of the clock here. Unreadable baggage is
    /// ignored.
    pub fn from_headers<H: Headers + ?Sized>(headers: &H) -> Result<Option<RunTree>, ParseError> {
        let Some(trace) = headers.header(TRACE_HEADER) else { return Ok(None) };
        let incoming = read(trace, headers.header(BAGGAGE_HEADER))?;
        Ok(Some(remote(incoming.order, incoming.baggage)))
    }

    /// The run at the end of this dotted order. It lives elsewhere: children attach to it, and nothing is sent for
    /// it here. An order tells nothing of its project, which may be named beside it.
    #[must_use = "a parent does nothing until it is named for a call"]
    pub fn from_dotted_order(order: &DottedOrder) -> RunTree {
        remote(order.clone(), Baggage::default())
    }
}

fn remote(order: DottedOrder, baggage: Baggage) -> RunTree {
    let project = baggage.project.map(Into::into);
    let settings = Settings {
        project: project.clone(),
        metadata: baggage.metadata.as_deref().map(JsonObject::parse).unwrap_or_default(),
        tags: baggage.tags.into_iter().map(Into::into).collect(),
        ..Settings::default()
    };
    let trace_id = order.trace_id();
    let bound = Bound {
        up: None,
        depth: 0,
        id: order.run_id(),
        trace_id,
        parent_run_id: order.parent_run_id(),
        start: order.start_time(),
        // children are timed by the clock here
        clock: Clock::of_system(),
        // its children go where a root would go
        sink: None,
        rare: Some(Arc::new(RareSettings {
            project,
            address: baggage.address.map(Into::into),
            reference_example_id: None,
            remote: Some(Remote {
                is_sampled: process::samples(trace_id),
                _id: process::hold_id(order.run_id()),
                order,
            }),
        })),
    };
    let state = State { has_ended: true, settings: Some(Arc::new(settings)), ..State::default() };
    let run = Run::with_binding(RunHead::new("parent".into(), RunType::Chain, None, None), bound, state);
    // never posted: as far as the sink is concerned, it has been
    run.mark_posted();
    RunTree::of(Arc::new(run))
}
