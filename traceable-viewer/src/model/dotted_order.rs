//! Dotted orders as a collector reads them: core's, with what a client may claim beyond what core writes.

use traceable_core::DottedOrder;

use crate::model::validation_error::ValidationReason;

/// Deeper than any program nests its calls; a bound for what a client may claim.
const MAX_DEPTH: usize = 100_000;

/// Reads and checks every segment.
pub(crate) fn parse(text: &str) -> Result<DottedOrder, ValidationReason> {
    DottedOrder::parse_lenient(text, MAX_DEPTH).map_err(|_| {
        let is_wrong = |segment| DottedOrder::parse_lenient(segment, 1).is_err();
        match text.split('.').take(MAX_DEPTH).position(is_wrong) {
            Some(index) => ValidationReason::OrderSegment(index + 1),
            None => ValidationReason::OrderTooDeep(MAX_DEPTH),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "20261122T132433386589Z01a2036e-0bea-710d-96ed-c3ae3327ba63";
    const CHILD: &str = "20261122T132433386700Z01a2036e-0beb-710d-96ed-c3ae3327ba64";

    #[test]
    fn reads_the_way_from_the_root() {
        let order = parse(&format!("{ROOT}.{CHILD}")).unwrap();
        assert_eq!(order.trace_id().to_string(), "01a2036e-0bea-710d-96ed-c3ae3327ba63");
        assert_eq!(order.parent_run_id(), Some(order.trace_id()));
        assert_eq!(order.start_time().signed_micros(), 1_795_353_873_386_700);
        assert_eq!(order.depth(), 2);
        assert_eq!(DottedOrder::root(order.start_time(), order.run_id()).as_str(), CHILD);
        assert_eq!(order.run_ids().count(), 2);
    }

    #[test]
    fn ids_in_capitals_are_the_same_ids() {
        let order = parse(&ROOT.to_uppercase()).unwrap();
        assert_eq!(order.as_str(), ROOT);
    }

    #[test]
    fn far_years_and_leap_seconds() {
        let id = &ROOT[22..];
        for (time, us) in [
            ("00000229T000000000000Z", -62_162_121_600_000_000),
            ("00010101T000000000000Z", -62_135_596_800_000_000),
            ("19691231T235959999999Z", -1),
            ("20161231T235960500000Z", 1_483_228_800_500_000),
            ("99991231T235959999999Z", 253_402_300_799_999_999),
        ] {
            let order = parse(&format!("{time}{id}")).unwrap();
            assert_eq!(order.start_time().signed_micros(), us, "{time}");
            assert_eq!(order.as_str(), format!("{time}{id}"));
        }
    }

    #[test]
    fn refuses_the_rest() {
        let cut = &ROOT[..ROOT.len() - 1];
        assert_eq!(parse(""), Err(ValidationReason::OrderSegment(1)));
        assert_eq!(parse(cut), Err(ValidationReason::OrderSegment(1)));
        assert_eq!(parse(&format!("{ROOT}.")), Err(ValidationReason::OrderSegment(2)));
        assert_eq!(parse(&format!("{ROOT}.x")), Err(ValidationReason::OrderSegment(2)));
        assert_eq!(parse(&ROOT.replace("1122T", "1322T")), Err(ValidationReason::OrderSegment(1)));
        assert_eq!(parse(&ROOT.replace('T', "t")), Err(ValidationReason::OrderSegment(1)));
        assert_eq!(parse(&ROOT.replace('-', "_")), Err(ValidationReason::OrderSegment(1)));
        assert_eq!(parse(&ROOT.replace("2026", "+026")), Err(ValidationReason::OrderSegment(1)));
    }

    #[test]
    fn depth_is_bounded() {
        assert_eq!(parse(&vec![ROOT; 20_000].join(".")).unwrap().depth(), 20_000);
        assert_eq!(
            parse(&vec![ROOT; MAX_DEPTH + 1].join(".")),
            Err(ValidationReason::OrderTooDeep(MAX_DEPTH))
        );
    }
}
