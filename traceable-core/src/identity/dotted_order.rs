//! The dotted order: the way from the root of a trace to a run, as one sortable text.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::clock::latest_plausible;
use super::time::{COMPACT_LEN, Timestamp};

const UUID_LEN: usize = uuid::fmt::Hyphenated::LENGTH;
const SEGMENT_LEN: usize = COMPACT_LEN + UUID_LEN;

type ParseTime = fn(&str) -> Option<Timestamp>;

/// The way from the root of a trace to a run: for each run on it the start time in 22 characters, then the id.
///
/// The first id is the trace's. LangSmith's JavaScript SDK writes three digits of milliseconds and three of an
/// execution order where others write microseconds; the width is the same, and both are read.
///
/// Parsing refuses years that no clock can mean: more than ten years ahead of this machine's. LangSmith refuses an order in
/// which a run has an earlier time than its parent, so a run whose own clock says so has its parent's time there. Its
/// `start_time` stays what its clock said, as LangSmith allows, and `metadata.clock_skew_ms` says by how much they differ.
///
/// ```
/// use traceable_core::DottedOrder;
/// let text = "20261122T132433386589Z01a2036e-0bea-710d-96ed-c3ae3327ba63";
/// let order: DottedOrder = text.parse()?;
/// assert_eq!(order.trace_id(), order.run_id());
/// assert_eq!(order.to_string(), text);
/// # Ok::<(), traceable_core::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DottedOrder {
    /// Canonical: lower-case ids, so equal orders are equal texts.
    text: Box<str>,
}

impl DottedOrder {
    /// The longest order that is read: 10 000 runs deep.
    pub const MAX_DEPTH: usize = 10_000;

    /// The order of a root: one part. A child's is its parent's, a dot, and one part of its own.
    ///
    /// ```
    /// use traceable_core::{DottedOrder, Timestamp, new_run_id};
    /// let start = Timestamp::from_micros(1_795_354_206_544_544);
    /// let order = DottedOrder::root(start, new_run_id(start));
    /// assert!(order.as_str().starts_with("20261122T133006544544Z"));
    /// ```
    pub fn root(start: Timestamp, id: Uuid) -> DottedOrder {
        DottedOrder { text: format!("{}{}", start.compact(), id.hyphenated()).into() }
    }

    /// Parses leniently, for collectors: accepts every time that [`Timestamp::parse_compact_lenient`] accepts, up to
    /// `max_depth` runs.
    pub fn parse_lenient(text: &str, max_depth: usize) -> Result<DottedOrder, ParseError> {
        Self::parse(text, max_depth, "it is too deep", Timestamp::parse_compact_lenient)
    }

    /// The ids of the runs on the way, the trace's first.
    pub fn run_ids(&self) -> impl DoubleEndedIterator<Item = Uuid> + '_ {
        (0..self.depth()).map(|index| self.segment(index).1)
    }

    /// The id of the trace: that of the first run on the way.
    pub fn trace_id(&self) -> Uuid {
        self.segment(0).1
    }

    /// The id of the run itself: the last on the way.
    pub fn run_id(&self) -> Uuid {
        self.segment(self.depth() - 1).1
    }

    /// The id of the run's parent; `None` for a root.
    pub fn parent_run_id(&self) -> Option<Uuid> {
        Some(self.segment(self.depth().checked_sub(2)?).1)
    }

    /// When the run itself started.
    pub fn start_time(&self) -> Timestamp {
        self.segment(self.depth() - 1).0
    }

    /// How many runs the way has, the run itself included; a root has 1.
    pub fn depth(&self) -> usize {
        self.text.len().div_ceil(SEGMENT_LEN + 1)
    }

    /// Whether each of its times may be the time of a clock that is merely wrong: a parent that is not plausible is none.
    pub(crate) fn is_plausible(&self) -> bool {
        let latest = latest_plausible();
        (0..self.depth()).all(|index| self.segment(index).0 <= latest)
    }

    /// The text, as it goes over the wire.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn parse(
        text: &str,
        max_depth: usize,
        too_deep: &'static str,
        parse_time: ParseTime,
    ) -> Result<DottedOrder, ParseError> {
        let wrong = |reason| Err(ParseError { what: "dotted order", reason });
        if text.len() > max_depth.saturating_mul(SEGMENT_LEN + 1) {
            return wrong(too_deep);
        }
        let mut canonical = String::with_capacity(text.len());
        for segment in text.split('.') {
            let Some((_, id)) = parse_segment(segment, parse_time) else {
                return wrong(
                    "each part must be a time `YYYYMMDDTHHMMSSffffffZ` followed by a run id with hyphens",
                );
            };
            if !canonical.is_empty() {
                canonical.push('.');
            }
            canonical.push_str(&segment[..COMPACT_LEN]);
            canonical.push_str(id.hyphenated().encode_lower(&mut [0; UUID_LEN]));
        }
        Ok(DottedOrder { text: canonical.into() })
    }

    fn segment(&self, index: usize) -> (Timestamp, Uuid) {
        let from = index * (SEGMENT_LEN + 1);
        // parsed once when `self` was made, so the fallback is never used
        self.text
            .get(from..from + SEGMENT_LEN)
            .and_then(|segment| parse_segment(segment, Timestamp::parse_compact_lenient))
            .unwrap_or((Timestamp::from_micros(0), Uuid::nil()))
    }
}

impl FromStr for DottedOrder {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<DottedOrder, ParseError> {
        let too_deep = "it is more than 10 000 runs deep";
        let order = Self::parse(text, Self::MAX_DEPTH, too_deep, Timestamp::parse_compact)?;
        if !order.is_plausible() {
            let reason = "it has a time more than ten years ahead of this machine's clock";
            return Err(ParseError { what: "dotted order", reason });
        }
        Ok(order)
    }
}

fn parse_segment(segment: &str, parse_time: ParseTime) -> Option<(Timestamp, Uuid)> {
    if segment.len() != SEGMENT_LEN {
        return None;
    }
    let (time, id) = segment.split_at_checked(COMPACT_LEN)?;
    let id: uuid::fmt::Hyphenated = id.parse().ok()?;
    Some((parse_time(time)?, id.into_uuid()))
}

/// Writes one part of a dotted order.
pub(crate) fn write_segment(out: &mut Vec<u8>, start: Timestamp, id: Uuid) {
    start.write_compact(out);
    out.extend_from_slice(id.hyphenated().encode_lower(&mut [0; UUID_LEN]).as_bytes());
}

impl fmt::Display for DottedOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text from outside that could not be read, and what was expected instead.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ParseError {
    pub(crate) what: &'static str,
    pub(crate) reason: &'static str,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed {}: {}", self.what, self.reason)
    }
}

/// As the sentence, because that is what a program shows whose `main` returns the error.
impl fmt::Debug for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ParseError {}

#[cfg(test)]
mod tests {
    use super::super::id::new_run_id;
    use super::*;
    use proptest::prelude::*;

    /// Some time in 2031.
    const PLAUSIBLE: u64 = 1_950_000_000_000_000;

    fn order_of(starts: &[u64]) -> (String, Vec<Uuid>) {
        let mut out = Vec::new();
        let mut ids = Vec::new();
        for (i, micros) in starts.iter().enumerate() {
            if i > 0 {
                out.push(b'.');
            }
            let start = Timestamp::from_micros(*micros);
            ids.push(new_run_id(start));
            write_segment(&mut out, start, ids[i]);
        }
        (String::from_utf8(out).unwrap(), ids)
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(starts in proptest::collection::vec(0..PLAUSIBLE, 1..20)) {
            let (text, ids) = order_of(&starts);
            let order: DottedOrder = text.parse().unwrap();
            prop_assert_eq!(order.as_str(), &text);
            prop_assert_eq!(order.depth(), starts.len());
            prop_assert_eq!(order.trace_id(), ids[0]);
            prop_assert_eq!(order.run_id(), ids[ids.len() - 1]);
            prop_assert_eq!(order.start_time().micros(), starts[starts.len() - 1]);
            prop_assert_eq!(order.parent_run_id(), starts.len().checked_sub(2).map(|i| ids[i]));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}") {
            let _ = text.parse::<DottedOrder>();
        }

        #[test]
        fn one_changed_byte_is_refused_or_read(at in 0..58usize, byte in 0u8..128) {
            let (text, _) = order_of(&[1_795_354_206_544_544]);
            let mut bytes = text.into_bytes();
            bytes[at] = byte;
            let text = String::from_utf8(bytes).unwrap();
            if let Ok(order) = text.parse::<DottedOrder>() {
                prop_assert_eq!(order.as_str(), text.to_lowercase().replace('t', "T").replace('z', "Z"));
            }
        }
    }

    #[test]
    fn a_collector_reads_more_than_a_program() {
        let id = new_run_id(Timestamp::from_micros(0));
        let old = format!("00010101T000000000000Z{id}.20161231T235960000000Z{id}");
        assert!(old.parse::<DottedOrder>().is_err());
        let order = DottedOrder::parse_lenient(&old, 2).unwrap();
        assert_eq!((order.as_str(), order.depth()), (&old[..], 2));
        assert_eq!(order.run_ids().collect::<Vec<_>>(), [id, id]);
        assert_eq!(order.start_time().signed_micros(), 1_483_228_800_000_000);
        assert!(DottedOrder::parse_lenient(&old, 1).is_err());
        let start = Timestamp::from_signed_micros(-62_135_596_800_000_000);
        assert!(old.starts_with(DottedOrder::root(start, id).as_str()));
    }

    #[test]
    fn years_that_no_clock_can_mean_are_refused() {
        let now = Timestamp::now().micros();
        let year = 366 * 86_400_000_000;
        for (start, is_read) in
            [(0, true), (now + 9 * year, true), (now + 11 * year, false), (u64::MAX, false)]
        {
            let (text, _) = order_of(&[start]);
            assert_eq!(text.parse::<DottedOrder>().is_ok(), is_read, "{text}");
            // whichever run of the way it is
            let (text, _) = order_of(&[now, start, now]);
            assert_eq!(text.parse::<DottedOrder>().is_ok(), is_read, "{text}");
            assert!(DottedOrder::parse_lenient(&text, 3).is_ok());
        }
        let (text, _) = order_of(&[u64::MAX]);
        let error = text.parse::<DottedOrder>().unwrap_err().to_string();
        assert!(
            error.starts_with("malformed dotted order: it has a time more than ten years ahead"),
            "{error}"
        );
    }

    #[test]
    fn javascript_orders_are_read() {
        let order: DottedOrder =
            "20261122T132433386001Z01a2036e-0bea-710d-96ed-c3ae3327ba63".parse().unwrap();
        assert_eq!(order.depth(), 1);
    }

    #[test]
    fn the_error_says_what_was_expected() {
        let error = "garbage".parse::<DottedOrder>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "malformed dotted order: each part must be a time `YYYYMMDDTHHMMSSffffffZ` followed by a run id with hyphens"
        );
    }
}
