//! Relative folders stay where they were, although the program changes its working directory. Alone, because the
//! directory belongs to the whole process.

use std::time::Duration;

use crate::support::own_process::alone;
use crate::support::scratch::Scratch;
use crate::support::server::{Answer, Server};
use crate::support::{LONG, config, exporter, run};
use traceable_exporter::Spool;

#[test]
fn relative_folders_are_resolved_when_the_settings_are_built() {
    alone(|| {
        let (server, here, there) = (Server::start(), Scratch::new(), Scratch::new());
        for folder in [&here, &there] {
            std::fs::create_dir_all(folder.path()).unwrap();
        }
        std::env::set_current_dir(here.path()).unwrap();
        let with_failed_traces = exporter(config(&server.url()).failed_traces("failed", 1 << 20));
        let spooling = exporter(config(&server.url()).spool(Spool::new("spool")));
        std::env::set_current_dir(there.path()).unwrap();
        server.rule(|_| Answer::Status(422));
        run(&with_failed_traces, "r");
        assert_eq!(with_failed_traces.flush(LONG).dropped.rejected, 2);
        server.rule(|_| Answer::Status(503));
        run(&spooling, "r");
        assert_eq!(spooling.shutdown(Duration::from_millis(300)).left_on_disk, 2);
        for folder in ["failed", "spool"] {
            assert!(here.path().join(folder).is_dir(), "{folder}");
        }
        assert_eq!(std::fs::read_dir(there.path()).unwrap().count(), 0);
    });
}
