//! What a filter means, told once more and in memory: the database has to agree.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::filters::{Family, Filter, Object, Operator, PairTest};
use crate::world::Run;

/// Whether a run matches.
pub(crate) fn matches(filter: &Filter, run: &Run, runs: &[Run]) -> bool {
    match filter {
        Filter::And(all) => {
            let pairs_match = [Family::Metadata, Family::Input, Family::Output, Family::Feedback]
                .into_iter()
                .all(|family| pair_rule(family, &tests_of(all, family), run, runs));
            let others = all.iter().filter(|one| !matches!(one, Filter::Pair(..)));
            pairs_match && others.into_iter().all(|one| matches(one, run, runs))
        }
        Filter::Or(all) => all.iter().any(|one| matches(one, run, runs)),
        Filter::Not(one) => !matches(one, run, runs),
        Filter::Text("error", Operator::Eq, None) => run.error.is_none(),
        Filter::Text(name, operator, None) => text(name, run).is_none() == (*operator == Operator::Eq),
        Filter::Text(name, operator, Some(with)) => {
            text(name, run).is_some_and(|text| operator.holds(text.cmp(with)))
        }
        Filter::TextIn(name, texts) => text(name, run).is_some_and(|text| texts.contains(&text)),
        Filter::RunType(operator, with) => operator.holds(run.run_type.cmp(&with.to_lowercase())),
        Filter::Status(operator, with) => operator.holds(run.status().cmp(with)),
        Filter::IsRoot(operator, with) => operator.holds(run.parent.is_none().cmp(with)),
        Filter::Time(name, operator, us, _) => {
            let time = if *name == "start_time" { run.start_us } else { run.end_us };
            time.is_some_and(|time| operator.holds(time.cmp(us)))
        }
        Filter::Latency(operator, ms, _) => {
            run.latency_us().is_some_and(|latency| operator.holds(latency.cmp(&(1000 * ms))))
        }
        Filter::Tokens(operator, tokens) => operator.holds(run.tokens.unwrap_or(0).cmp(tokens)),
        Filter::Id(name, operator, None) => number(name, run).is_none() == (*operator == Operator::Eq),
        Filter::Id(name, operator, Some(with)) => {
            number(name, run).is_some_and(|number| operator.holds(number.cmp(with)))
        }
        Filter::IdIn(name, numbers) => number(name, run).is_some_and(|number| numbers.contains(&number)),
        Filter::Tag(tag) => run.tags.contains(tag),
        Filter::Contains(object, part) => {
            contains(&Value::from(members(*object, run, runs)), &Value::from(part.clone()))
        }
        Filter::Part(name, part) => {
            let has_part = |text: &str| text.to_ascii_lowercase().contains(&part.to_ascii_lowercase());
            match *name {
                "tags" => run.tags.iter().any(|tag| has_part(tag)),
                name => text(name, run).is_some_and(has_part),
            }
        }
        Filter::Words(wanted) => {
            let words = words(run, runs);
            wanted.iter().all(|word| words.contains(&word.to_lowercase()))
        }
        Filter::Pair(family, test) => pair_rule(*family, &[test], run, runs),
        Filter::Path(object, path, operator, with) => {
            let pointer = format!("/{}", path.replace('.', "/"));
            let object = Value::from(members(*object, run, runs));
            compare_value(object.pointer(&pointer), *operator, with)
        }
    }
}

impl Operator {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Operator::Eq => ordering.is_eq(),
            Operator::Neq => ordering.is_ne(),
            Operator::Gt => ordering.is_gt(),
            Operator::Gte => ordering.is_ge(),
            Operator::Lt => ordering.is_lt(),
            Operator::Lte => ordering.is_le(),
        }
    }
}

fn text(name: &str, run: &Run) -> Option<&'static str> {
    match name {
        "name" => Some(run.name),
        "error" => run.error,
        "thread_id" => run.thread,
        "model" => run.model,
        other => panic!("{other} is no text"),
    }
}

fn number(name: &str, run: &Run) -> Option<usize> {
    match name {
        "id" => Some(run.number),
        "trace_id" => Some(run.trace),
        "parent_run_id" => run.parent,
        other => panic!("{other} is no id"),
    }
}

fn members(object: Object, run: &Run, runs: &[Run]) -> Map<String, Value> {
    let json = run.json(runs);
    let object = match object {
        Object::Metadata => &json["extra"]["metadata"],
        Object::Inputs => &json["inputs"],
        Object::Outputs => &json["outputs"],
    };
    object.as_object().unwrap().clone()
}

/// Keys and texts of the scalars; the score of feedback.
fn pairs(family: Family, run: &Run, runs: &[Run]) -> Vec<(String, Option<String>, Option<f64>)> {
    let object = match family {
        Family::Metadata => Object::Metadata,
        Family::Input => Object::Inputs,
        Family::Output => Object::Outputs,
        Family::Feedback => {
            return run.feedback.iter().map(|(key, score)| ((*key).to_owned(), None, *score)).collect();
        }
    };
    members(object, run, runs)
        .into_iter()
        .filter(|(_, value)| !value.is_object())
        .map(|(key, value)| (key, Some(plain(&value)), None))
        .collect()
}

/// A scalar as text, without quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn tests_of(all: &[Filter], family: Family) -> Vec<&PairTest> {
    all.iter()
        .filter_map(|one| match one {
            Filter::Pair(of, test) if *of == family => Some(test),
            _ => None,
        })
        .collect()
}

/// What one `and(..)` says about the pairs of a family: keys and values speak of the same pair; a key that must not be
/// there is not there; without a key that is asked for, a value that must not be there is there under no key.
fn pair_rule(family: Family, tests: &[&PairTest], run: &Run, runs: &[Run]) -> bool {
    let pairs = pairs(family, run, runs);
    let sorted = |of_key: bool, negative: bool| -> Vec<&PairTest> {
        let fits = |test: &&PairTest| (test.is_of_key(), test.is_negative()) == (of_key, negative);
        tests.iter().copied().filter(fits).collect()
    };
    let (keys, no_keys) = (sorted(true, false), sorted(true, true));
    let (values, no_values) = (sorted(false, false), sorted(false, true));
    let some = |tests: &[&PairTest]| pairs.iter().any(|pair| tests.iter().all(|test| test.holds(pair)));
    let absent = |test: &PairTest| pairs.iter().all(|pair| !test.names(pair));
    let one_pair = if !keys.is_empty() || no_keys.is_empty() && !values.is_empty() {
        some(&[keys, values, no_values].concat())
    } else {
        (values.is_empty() || some(&values)) && no_values.into_iter().all(absent)
    };
    one_pair && no_keys.into_iter().all(absent)
}

impl PairTest {
    fn is_of_key(&self) -> bool {
        matches!(self, PairTest::Key(..) | PairTest::KeyIn(_))
    }

    fn is_negative(&self) -> bool {
        matches!(
            self,
            PairTest::Key(Operator::Neq, _)
                | PairTest::Value(Operator::Neq, _)
                | PairTest::Score(Operator::Neq, _)
        )
    }

    fn holds(&self, (key, value, score): &(String, Option<String>, Option<f64>)) -> bool {
        match self {
            PairTest::Key(operator, with) => operator.holds(key.as_str().cmp(with)),
            PairTest::KeyIn(keys) => keys.contains(&key.as_str()),
            PairTest::Value(Operator::Eq, with) => *value == Some(plain(with)),
            PairTest::Value(Operator::Neq, with) => value.as_ref().is_some_and(|value| *value != plain(with)),
            PairTest::Value(operator, with) => {
                let number = value.as_ref().and_then(|value| value.parse::<f64>().ok());
                number.is_some_and(|number| operator.holds(number.total_cmp(&with.as_f64().unwrap())))
            }
            PairTest::ValueIn(values) => values.iter().any(|with| *value == Some(plain(with))),
            PairTest::Score(operator, with) => {
                score.is_some_and(|score| operator.holds(score.total_cmp(with)))
            }
        }
    }

    /// Whether a pair has what a negative test names.
    fn names(&self, pair: &(String, Option<String>, Option<f64>)) -> bool {
        match self {
            PairTest::Key(_, with) => pair.0 == *with,
            PairTest::Value(_, with) => pair.1 == Some(plain(with)),
            PairTest::Score(_, with) => pair.2 == Some(*with),
            PairTest::KeyIn(_) | PairTest::ValueIn(_) => panic!("never negative"),
        }
    }
}

/// A value at a path. Equal are what reads equal, a text and a number too; by size numbers alone are compared.
fn compare_value(value: Option<&Value>, operator: Operator, with: &Value) -> bool {
    let value = value.filter(|value| !value.is_null());
    match (operator, with) {
        (Operator::Eq, Value::Null) => value.is_none(),
        (Operator::Neq, Value::Null) => value.is_some(),
        (Operator::Eq, _) => value.is_some_and(|value| plain(value) == plain(with)),
        (Operator::Neq, _) => value.is_some_and(|value| plain(value) != plain(with)),
        (operator, with) => {
            let number = value.and_then(Value::as_f64);
            number.is_some_and(|number| operator.holds(number.total_cmp(&with.as_f64().unwrap())))
        }
    }
}

/// Whether a value has all members and elements of another.
fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| contains(whole, part)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            part.iter().all(|part| whole.iter().any(|whole| contains(whole, part)))
        }
        (whole, part) => whole == part,
    }
}

/// All words of a run's texts.
fn words(run: &Run, runs: &[Run]) -> Vec<String> {
    let json = run.json(runs);
    let mut texts = vec![run.name.to_owned(), run.error.unwrap_or_default().to_owned()];
    texts.extend(run.tags.iter().map(|tag| (*tag).to_owned()));
    for object in [&json["inputs"], &json["outputs"], &json["extra"]["metadata"]] {
        collect_texts(object, &mut texts);
    }
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    texts.iter().flat_map(|text| text.split(move |letter| !is_word(letter))).map(str::to_lowercase).collect()
}

fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| collect_texts(value, texts)),
        Value::Object(members) => members.values().for_each(|value| collect_texts(value, texts)),
        _ => {}
    }
}
