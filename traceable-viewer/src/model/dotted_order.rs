//! LangSmith's dotted order: one segment for each run from the root down, each a start time and an id.

use uuid::Uuid;

use crate::model::time;

/// `20261122T132433386589Z` and the hyphenated id.
const TIME: usize = 22;
const SEGMENT: usize = TIME + 36;

/// Deeper than any program nests its calls; a bound for what a client may claim.
const MAX_DEPTH: usize = 100_000;

/// One segment: when a run started and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) start_us: i64,
    pub(crate) id: Uuid,
}

/// A checked dotted order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DottedOrder {
    text: String,
    root: Segment,
    parent: Option<Segment>,
    last: Segment,
    depth: usize,
}

/// Why a text is no dotted order.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum BadOrder {
    #[error("segment {0} of dotted_order is not `YYYYmmddTHHMMSSffffffZ` followed by a UUID")]
    Segment(usize),
    #[error("dotted_order has more than {MAX_DEPTH} segments")]
    TooDeep,
}

impl DottedOrder {
    /// Reads and checks every segment.
    pub(crate) fn parse(text: &str) -> Result<Self, BadOrder> {
        let mut first = None;
        let mut parent = None;
        let mut last = None;
        let mut depth = 0;
        for part in text.split('.') {
            depth += 1;
            if depth > MAX_DEPTH {
                return Err(BadOrder::TooDeep);
            }
            let segment = parse_segment(part).ok_or(BadOrder::Segment(depth))?;
            first = first.or(Some(segment));
            parent = last;
            last = Some(segment);
        }
        match (first, last) {
            (Some(root), Some(last)) => {
                Ok(DottedOrder { text: lowercase_ids(text), root, parent, last, depth })
            }
            // `split` gives at least one part, so this is never reached; it is here to need no panic
            _ => Err(BadOrder::Segment(1)),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn trace_id(&self) -> Uuid {
        self.root.id
    }

    pub(crate) fn parent(&self) -> Option<Segment> {
        self.parent
    }

    pub(crate) fn last(&self) -> Segment {
        self.last
    }

    /// 1 for a root.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }
}

/// The segments of a stored dotted order, root first; those that do not parse are left out.
pub(crate) fn segments(text: &str) -> impl DoubleEndedIterator<Item = Segment> + '_ {
    text.split('.').filter_map(parse_segment)
}

/// One segment as text.
pub(crate) fn segment(start_us: i64, id: Uuid) -> String {
    let (year, month, day, hour, minute, second, us) = time::civil(start_us);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}{us:06}Z{}", id.hyphenated())
}

fn parse_segment(text: &str) -> Option<Segment> {
    if text.len() != SEGMENT || !text.is_ascii() {
        return None;
    }
    let (moment, id) = text.split_at(TIME);
    let number = |from: usize, to: usize| {
        let digits = moment.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i64>().ok()).flatten()
    };
    let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
    if moment.as_bytes().get(8) != Some(&b'T') || moment.as_bytes().get(21) != Some(&b'Z') {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let day = time::days(number(0, 4)?, number(4, 6)?, number(6, 8)?)?;
    let start_us = ((day * 24 + hour) * 3600 + minute * 60 + second) * 1_000_000 + number(15, 21)?;
    // the hyphens are checked by the length: 36 characters are the hyphenated form only
    Some(Segment { start_us, id: Uuid::try_parse(id).ok()? })
}

/// Ids may come in capitals; runs are sorted by this text, so it has one form. `T` and `Z` stay.
fn lowercase_ids(text: &str) -> String {
    let lower = |(at, letter): (usize, char)| match at % (SEGMENT + 1) {
        0..TIME => letter,
        _ => letter.to_ascii_lowercase(),
    };
    text.chars().enumerate().map(lower).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "20261122T132433386589Z01a2036e-0bea-710d-96ed-c3ae3327ba63";
    const CHILD: &str = "20261122T132433386700Z01a2036e-0beb-710d-96ed-c3ae3327ba64";

    #[test]
    fn reads_the_way_from_the_root() {
        let order = DottedOrder::parse(&format!("{ROOT}.{CHILD}")).unwrap();
        assert_eq!(order.trace_id().to_string(), "01a2036e-0bea-710d-96ed-c3ae3327ba63");
        assert_eq!(order.parent().unwrap().id, order.trace_id());
        assert_eq!(order.last().start_us, 1_795_353_873_386_700);
        assert_eq!(order.depth(), 2);
        assert_eq!(segment(order.last().start_us, order.last().id), CHILD);
        assert_eq!(segments(order.as_str()).count(), 2);
    }

    #[test]
    fn ids_in_capitals_are_the_same_ids() {
        let order = DottedOrder::parse(&ROOT.to_uppercase()).unwrap();
        assert_eq!(order.as_str(), ROOT);
    }

    #[test]
    fn refuses_the_rest() {
        let cut = &ROOT[..ROOT.len() - 1];
        assert_eq!(DottedOrder::parse(""), Err(BadOrder::Segment(1)));
        assert_eq!(DottedOrder::parse(cut), Err(BadOrder::Segment(1)));
        assert_eq!(DottedOrder::parse(&format!("{ROOT}.")), Err(BadOrder::Segment(2)));
        assert_eq!(DottedOrder::parse(&format!("{ROOT}.x")), Err(BadOrder::Segment(2)));
        assert_eq!(DottedOrder::parse(&ROOT.replace("1122T", "1322T")), Err(BadOrder::Segment(1)));
        assert_eq!(DottedOrder::parse(&ROOT.replace('T', "t")), Err(BadOrder::Segment(1)));
    }
}
