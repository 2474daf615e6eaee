//! `tracing`: a layer on the registry.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::tree::Record;

/// What a ratio sampler says of the next span.
pub static SAMPLED: AtomicBool = AtomicBool::new(true);

/// Keeps spans. Ends come with the close of a span, as in tracing's own layers.
#[derive(Clone, Default)]
pub struct Recording(Arc<Mutex<Vec<Record>>>);

/// Ids of the registry are used again; these are not.
struct Serial(u128);

fn now() -> u64 {
    static NOW: AtomicU64 = AtomicU64::new(0);
    NOW.fetch_add(1, Relaxed)
}

impl Recording {
    pub fn records(&self) -> Vec<Record> {
        self.0.lock().unwrap().clone()
    }

    pub fn install(&self) {
        set(tracing_subscriber::registry().with(self.clone()));
    }

    /// With a level, as most programs have one.
    pub fn install_with_level(&self) {
        set(tracing_subscriber::registry().with(self.clone().with_filter(LevelFilter::INFO)));
    }

    /// With a sampler, which is a filter that is asked for each span.
    pub fn install_with_sampler(&self) {
        let sampler = dynamic_filter_fn(|_, _| SAMPLED.load(Relaxed));
        set(tracing_subscriber::registry().with(self.clone().with_filter(sampler)));
    }
}

fn set(subscriber: impl Subscriber + Send + Sync) {
    tracing::subscriber::set_global_default(subscriber).expect("no other is set");
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recording {
    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let span = context.span(id).expect("a span that is new");
        let parent = span.parent().and_then(|parent| Some(parent.extensions().get::<Serial>()?.0));
        let start = now();
        span.extensions_mut().insert(Serial(start.into()));
        self.0.lock().unwrap().push(Record {
            id: start.into(),
            parent,
            trace: 0,
            name: span.name().to_owned(),
            start,
            end: None,
            status: None,
        });
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let span = context.span(&id).expect("a span that is closing");
        let serial = span.extensions().get::<Serial>().map(|serial| serial.0);
        let end = now();
        for record in self.0.lock().unwrap().iter_mut().filter(|record| Some(record.id) == serial) {
            record.end = Some(end);
        }
    }
}
