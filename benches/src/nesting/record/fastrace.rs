//! fastrace: a reporter that collects.

use std::sync::{Arc, Mutex};

use fastrace::collector::{Config, Reporter, SpanRecord};

use crate::tree::Record;

#[derive(Clone, Default)]
pub struct Collecting(Arc<Mutex<Vec<SpanRecord>>>);

impl Reporter for Collecting {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        self.0.lock().unwrap().extend(spans);
    }
}

impl Collecting {
    pub fn install(&self) {
        fastrace::set_reporter(self.clone(), Config::default());
    }

    pub fn records(&self) -> Vec<Record> {
        fastrace::flush();
        self.0.lock().unwrap().iter().map(record).collect()
    }
}

fn record(span: &SpanRecord) -> Record {
    Record {
        id: span.span_id.0.into(),
        parent: (span.parent_id.0 != 0).then_some(span.parent_id.0.into()),
        trace: span.trace_id.0,
        name: span.name.to_string(),
        start: span.begin_time_unix_ns,
        end: Some(span.begin_time_unix_ns + span.duration_ns),
        status: None,
    }
}
