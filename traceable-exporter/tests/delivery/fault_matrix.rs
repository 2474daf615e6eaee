//! Every way in which a server or the way to it can fail, in one table: what becomes of a run when it happens once, and
//! when it goes on; how many requests that takes; and that a flush comes back in time, with books that are right.

use std::net::TcpListener;
use std::time::{Duration, SystemTime};

use crate::support::faulty::{Fault, Faulty};
use crate::support::{LONG, Warnings, config, exporter, run};
use traceable_exporter::{ConfigBuilder, DropReason, Exporter};

const KEY: &str = "lsv2_pt_0123456789abcdef";
/// Of one request. A step of it has a part of that time.
const REQUEST: Duration = Duration::from_millis(2000);
const BUDGET: Duration = Duration::from_millis(300);
/// More than any row may take.
const IN_TIME: Duration = Duration::from_secs(8);

/// What becomes of the run: requests for runs that the server saw, at least and at most, and where the run is then.
type Outcome = (usize, usize, Option<DropReason>);

const DELIVERED_AT_ONCE: Outcome = (1, 1, None);
const DELIVERED_THEN: Outcome = (2, 2, None);
const REJECTED: Outcome = (1, 1, Some(DropReason::Rejected));
const UNAUTHORIZED: Outcome = (1, 1, Some(DropReason::Unauthorized));
const GIVEN_UP: Outcome = (1, 20, Some(DropReason::RetriesExhausted));

struct Row {
    fault: Fault,
    /// It happens once, and then all is well.
    once: Outcome,
    /// It goes on.
    always: Outcome,
}

fn row(fault: Fault, once: Outcome, always: Outcome) -> Row {
    Row { fault, once, always }
}

fn status(status: u16) -> Fault {
    Fault::Status(status, String::new())
}

/// Faults of a server that can be reached.
fn rows() -> Vec<Row> {
    const OK: &str = "HTTP/1.1 202 X\r\n";
    let transient = |fault| row(fault, DELIVERED_THEN, GIVEN_UP);
    let permanent = |code, outcome| row(status(code), outcome, outcome);
    let mut rows = vec![
        // before the status nobody knows what became of the request
        transient(Fault::Bytes("")),
        transient(Fault::Bytes("HTTP/1.1 20")),
        transient(Fault::Bytes("SSH-2.0-OpenSSH_9.6\r\n")),
        transient(Fault::Reset("")),
        transient(Fault::Reset("HTTP/1.1 202 X\r\nContent-Le")),
        transient(Fault::Stall(LONG)),
        transient(Fault::Trickle("HTTP/1.1 202 ")),
        transient(Fault::Endless(OK, "X-Header: value\r\n")),
        // with the status it is settled, whatever becomes of the rest
        row(
            Fault::Bytes("HTTP/1.1 202 X\r\nContent-Length: 99\r\n\r\n{"),
            DELIVERED_AT_ONCE,
            DELIVERED_AT_ONCE,
        ),
        row(
            Fault::Bytes("HTTP/1.1 202 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
            DELIVERED_AT_ONCE,
            DELIVERED_AT_ONCE,
        ),
        row(
            Fault::Trickle("HTTP/1.1 202 X\r\nContent-Length: 99\r\n\r\n"),
            DELIVERED_AT_ONCE,
            DELIVERED_AT_ONCE,
        ),
        row(Fault::Endless("HTTP/1.1 202 X\r\n\r\n", FILLER), DELIVERED_AT_ONCE, DELIVERED_AT_ONCE),
        row(
            Fault::Endless("HTTP/1.1 202 X\r\nContent-Length: 1000000000000\r\n\r\n", FILLER),
            DELIVERED_AT_ONCE,
            DELIVERED_AT_ONCE,
        ),
        transient(Fault::Endless("HTTP/1.1 503 X\r\nContent-Length: 1000000000000\r\n\r\n", FILLER)),
        transient(Fault::Bytes("HTTP/1.1 503 X\r\nContent-Length: 99\r\n\r\n{")),
        row(Fault::Reset("HTTP/1.1 202 X\r\nContent-Length: 99\r\n\r\n{"), (1, 2, None), (1, 20, None)),
        permanent(409, DELIVERED_AT_ONCE),
        permanent(400, REJECTED),
        permanent(422, REJECTED),
        permanent(405, REJECTED),
        permanent(410, REJECTED),
        permanent(401, UNAUTHORIZED),
        permanent(403, UNAUTHORIZED),
        // the other way in, and after that there is none
        row(status(404), DELIVERED_THEN, (2, 2, Some(DropReason::Rejected))),
        // without what makes it large, and after that there is nothing to leave out
        row(status(413), DELIVERED_THEN, (2, 5, Some(DropReason::TooLarge))),
    ];
    rows.extend([408, 425, 429, 500, 502, 503, 504, 529].map(|code| transient(status(code))));
    rows
}

const FILLER: &str = match std::str::from_utf8(&[b'x'; 4096]) {
    Ok(filler) => filler,
    Err(_) => unreachable!(),
};

fn settings(url: &str) -> ConfigBuilder {
    // a run goes out whole, when it is flushed
    config(url).api_key(KEY).batch_delay(LONG).request_timeout(REQUEST).retry_timeout(BUDGET)
}

/// One run, from its start until it is settled. Returns what it was lost for.
fn fate_of_a_run(name: &str, exporter: &std::sync::Arc<Exporter>) -> Option<DropReason> {
    run(exporter, "r");
    let report = exporter.flush(IN_TIME);
    let stats = exporter.stats();
    assert_eq!((report.remaining, stats.queued, stats.queued_bytes), (0, 0, 0), "{name}: {report}");
    assert_eq!((stats.submitted, stats.delivered + stats.dropped.total()), (2, 2), "{name}: {report}");
    assert_eq!(stats.worker_restarts, 0, "{name}");
    let lost = stats.dropped.by_reason().into_iter().filter(|(_, n)| *n > 0).collect::<Vec<_>>();
    assert!(lost.is_empty() || lost[0].1 == 2 && lost.len() == 1, "{name}: {report}");
    lost.first().map(|(reason, _)| *reason)
}

fn assert_outcome(name: &str, fault: &Fault, goes_on: bool, (least, most, lost): Outcome) {
    let name = &format!("{name}, goes on: {goes_on}");
    let rest = if goes_on { fault.clone() } else { status(202) };
    let server = Faulty::start(vec![fault.clone()], rest);
    let budget = if goes_on { BUDGET } else { LONG };
    let exporter = exporter(settings(&server.url()).retry_timeout(budget));
    assert_eq!(fate_of_a_run(name, &exporter), lost, "{name}");
    let requests = server.seen().len();
    assert!((least..=most).contains(&requests), "{name}: {requests} requests");
    // of an answer a mebibyte is read at most; the rest is what the system holds
    assert!(server.longest_answer() < 16 << 20, "{name}: {} bytes", server.longest_answer());
}

#[test]
fn each_fault_has_its_outcome() {
    let rows = rows();
    for rows in rows.chunks(4) {
        std::thread::scope(|scope| {
            for row in rows {
                let name = format!("{:?}", row.fault).chars().take(80).collect::<String>();
                let other = name.clone();
                scope.spawn(move || assert_outcome(&name, &row.fault, false, row.once));
                scope.spawn(move || assert_outcome(&other, &row.fault, true, row.always));
            }
        });
    }
}

#[test]
fn the_server_is_left_alone_for_as_long_as_it_wants_to_be() {
    let date = |seconds| http_date(SystemTime::now() + Duration::from_secs(seconds));
    // a date has whole seconds, so this one is more than one second away
    let cases = [(429, "1".to_owned()), (503, "1".to_owned()), (429, date(2)), (503, date(2))];
    std::thread::scope(|scope| {
        for (code, wait) in cases {
            scope.spawn(move || {
                let fault = Fault::Status(code, format!("Retry-After: {wait}\r\n"));
                let server = Faulty::start(vec![fault], status(202));
                let exporter = exporter(settings(&server.url()).retry_timeout(LONG));
                // a flush does not make the exporter impatient
                assert_eq!(fate_of_a_run(&wait, &exporter), None);
                let seen = server.seen();
                let gap = seen[1].at.duration_since(seen[0].at).as_secs_f64();
                assert!(seen.len() == 2 && (0.8..3.0).contains(&gap), "{code}, {wait}: {gap}");
            });
        }
    });
    // in vain, if that is longer than the time for retries
    let server = Faulty::start(vec![], Fault::Status(429, "Retry-After: 30\r\n".to_owned()));
    let exporter = exporter(settings(&server.url()));
    assert_eq!(fate_of_a_run("429, 30", &exporter), Some(DropReason::RetriesExhausted));
    assert_eq!(server.seen().len(), 1);
}

fn http_date(at: SystemTime) -> String {
    let date = traceable_core::Timestamp::from(at).to_string();
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        [date[5..7].parse::<usize>().unwrap() - 1];
    format!("Mon, {} {month} {} {} GMT", &date[8..10], &date[..4], &date[11..19])
}

#[test]
fn redirects_are_not_followed_and_the_key_stays_here() {
    let elsewhere = Faulty::start(vec![], status(202));
    for code in [300, 301, 302, 303, 307, 308] {
        let target = format!("Location: {}/runs/multipart\r\n", elsewhere.url());
        let server = Faulty::start(vec![], Fault::Status(code, target));
        let warnings = Warnings::default();
        let exporter = exporter(settings(&server.url()).on_warning(warnings.handler()));
        assert_eq!(fate_of_a_run("redirect", &exporter), Some(DropReason::Rejected), "{code}");
        let seen = server.seen();
        assert!(seen.len() == 1 && seen[0].head.contains(KEY), "{code}: {seen:?}");
        let lines = warnings.lines();
        assert!(lines[0].contains("redirect") && lines[0].contains(&elsewhere.url()), "{lines:?}");
    }
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn a_kept_connection_that_the_server_closes_is_no_outage() {
    // it closes while nothing is going on, and just when the next request comes
    for closing in [Fault::StatusThenClose(202), status(202)] {
        let is_late = matches!(closing, Fault::Status(..));
        let faults = if is_late { vec![closing, Fault::Bytes("")] } else { vec![closing] };
        let server = Faulty::start(faults, status(202));
        let warnings = Warnings::default();
        let exporter = exporter(settings(&server.url()).on_warning(warnings.handler()));
        run(&exporter, "first");
        assert!(exporter.flush(LONG).is_lossless());
        std::thread::sleep(Duration::from_millis(50));
        run(&exporter, "second");
        assert!(exporter.flush(LONG).is_lossless());
        let (seen, stats) = (server.seen(), exporter.stats());
        assert_eq!((seen.len(), stats.failed_requests), (2 + usize::from(is_late), 0), "{is_late}");
        if is_late {
            let gap = seen[2].at.duration_since(seen[1].at);
            assert!(gap < Duration::from_millis(100), "at once, without a pause: {gap:?}");
        }
        assert!(warnings.lines().is_empty(), "{:?}", warnings.lines());
    }
    // once: a server that closes every connection is unwell
    let server = Faulty::start(vec![status(202), Fault::Bytes(""), Fault::Bytes("")], status(202));
    let exporter = exporter(settings(&server.url()).retry_timeout(LONG));
    for _ in 0..2 {
        run(&exporter, "r");
        assert!(exporter.flush(LONG).is_lossless());
    }
    assert_eq!((server.seen().len(), exporter.stats().failed_requests), (4, 1));
}

/// Nobody to talk to: what is tried until the time for retries is over.
#[test]
fn who_cannot_be_reached_is_given_up_on() {
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    // a part of a name has 63 characters at most, so no name server is asked for this one
    let nobody = format!("http://{}.invalid", "n".repeat(64));
    for url in [
        format!("http://127.0.0.1:{refused}"),
        // by another name this machine is like any other
        format!("http://0.0.0.0:{refused}"),
        format!("http://{}", silent.local_addr().unwrap()),
        nobody,
    ] {
        let warnings = Warnings::default();
        let config = settings(&url).allow_insecure(true).on_warning(warnings.handler());
        let exporter = exporter(config);
        assert_eq!(fate_of_a_run(&url, &exporter), Some(DropReason::RetriesExhausted), "{url}");
        assert!(warnings.lines().iter().any(|line| line.contains("no answer")), "{:?}", warnings.lines());
    }
}

#[test]
fn one_byte_a_second_does_not_hold_a_request_by_another_name_either() {
    for (at_once, lost) in [
        ("HTTP/1.1 202 ", Some(DropReason::RetriesExhausted)),
        ("HTTP/1.1 202 X\r\nContent-Length: 99\r\n\r\n", None),
    ] {
        let server = Faulty::start(vec![], Fault::Trickle(at_once));
        let exporter = exporter(settings(&format!("http://0.0.0.0:{}", server.port)).allow_insecure(true));
        assert_eq!(fate_of_a_run(at_once, &exporter), lost, "{at_once}");
    }
}
