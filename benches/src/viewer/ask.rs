//! Questions to the viewer, each many times.

use std::fmt;
use std::io::BufReader;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::load::LARGE_TRACE;

/// How often each is asked, and how long at most.
const TIMES: usize = 200;
const AT_MOST: Duration = Duration::from_secs(10);

/// How long answers took.
pub struct Times(Vec<Duration>);

impl Times {
    pub fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Times(times)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |share: f64| self.0[((self.0.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        write!(f, "{:.1} / {:.1} ms", at(0.5), at(0.99))
    }
}

pub struct Questions {
    agent: ureq::Agent,
    url: String,
}

impl Questions {
    pub fn new(url: &str) -> Self {
        Questions { agent: ureq::agent(), url: url.to_owned() }
    }

    pub fn newest_roots(&self) -> Duration {
        let begun = Instant::now();
        self.post("/runs/query", &json!({"is_root": true, "limit": 50, "select": SELECT}));
        begun.elapsed()
    }

    /// Each with its name. The runs are there already.
    pub fn ask(&self) -> Vec<(String, Times)> {
        let project = self.project("project 0");
        let query = |more: Value| {
            let mut body = json!({"session": [project], "limit": 50, "select": SELECT});
            body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
            body
        };
        let first = self.post("/runs/query", &query(json!({"is_root": true})));
        let trace = &first["runs"][0]["trace_id"];
        let user =
            self.post("/runs/query", &query(json!({"is_root": true, "limit": 1, "select": ["extra"]})));
        let user = &user["runs"][0]["extra"]["metadata"]["user"];
        let word = self.words();
        let large = self.project("large");
        let large = self.post("/runs/query", &json!({"session": [large], "is_root": true, "select": SELECT}));
        let large = &large["runs"][0]["id"];

        let filter = |filter: String| query(json!({"is_root": true, "filter": filter}));
        let questions = [
            ("50 newest roots", query(json!({"is_root": true})), 50),
            ("50 newest runs of a project, whole", query(json!({"select": null})), 50),
            ("the newest 50 errors", query(json!({"error": true})), 1),
            ("roots slower than 7.9 s", filter("gt(latency, 7.9)".to_owned()), 1),
            ("a filter without any match", filter("eq(name, \"nothing\")".to_owned()), 0),
            (
                "metadata, a rare value",
                filter(format!("and(eq(metadata_key, \"user\"), eq(metadata_value, {user}))")),
                1,
            ),
            (
                "metadata, a common value",
                filter("and(eq(metadata_key, \"version\"), eq(metadata_value, \"1.0.3\"))".to_owned()),
                50,
            ),
            ("a tag", filter("has(tags, \"production\")".to_owned()), 50),
            ("full text, one rare word", query(json!({"filter": format!("search({:?})", word.0)})), 1),
            ("full text, two common words", query(json!({"filter": format!("search({:?})", word.1)})), 1),
            ("a trace of 10 runs, whole", json!({"trace": trace}), 10),
            ("a trace of 5000 runs", json!({"trace": large, "select": SELECT}), 100.min(LARGE_TRACE)),
        ];
        let mut rows: Vec<(String, Times)> = Vec::new();
        for (name, body, least) in questions {
            let found = self.post("/runs/query", &body);
            let found = found["runs"].as_array().map_or(0, Vec::len);
            assert!(found >= least, "{name}: {found} runs");
            rows.push((name.to_owned(), repeat(|| drop(self.post("/runs/query", &body)))));
        }
        rows.push((
            "pages of 50 roots, one after another".to_owned(),
            self.pages(&query(json!({"is_root": true}))),
        ));
        let one = format!("/runs/{}", first["runs"][0]["id"].as_str().expect("an id"));
        rows.push(("one run".to_owned(), repeat(|| drop(self.get(&one)))));
        let stats = json!({"session": [project]});
        rows.push(("statistics of a project".to_owned(), repeat(|| drop(self.post("/runs/stats", &stats)))));
        rows.push(("projects".to_owned(), repeat(|| drop(self.get("/sessions")))));
        rows
    }

    fn pages(&self, body: &Value) -> Times {
        let (mut body, mut times, begun) = (body.clone(), Vec::new(), Instant::now());
        while times.len() < TIMES && begun.elapsed() < AT_MOST {
            let asked = Instant::now();
            let page = self.post("/runs/query", &body);
            times.push(asked.elapsed());
            match page["cursors"]["next"].as_str() {
                Some(next) => body["cursor"] = next.into(),
                None => break,
            }
        }
        Times::new(times)
    }

    /// A word that few runs have, and two that many have: by how often they are in some of the newest runs.
    fn words(&self) -> (String, String) {
        let page = self.post("/runs/query", &json!({"is_root": true, "limit": 50, "select": ["inputs"]}));
        let mut counts = std::collections::HashMap::<String, usize>::new();
        for run in page["runs"].as_array().into_iter().flatten() {
            let text = run["inputs"]["prompt"][1]["content"].as_str().unwrap_or_default();
            for word in text.split(' ').filter(|word| word.len() > 3) {
                *counts.entry(word.to_owned()).or_default() += 1;
            }
        }
        let mut words: Vec<_> = counts.into_iter().map(|(word, count)| (count, word)).collect();
        words.sort_unstable();
        let word = |at: usize| words[at].1.clone();
        (word(0), format!("{} {}", word(words.len() - 1), word(words.len() - 2)))
    }

    fn project(&self, name: &str) -> Value {
        let projects = self.get("/sessions");
        let named = projects.as_array().into_iter().flatten().find(|project| project["name"] == name);
        named.expect("the project")["id"].clone()
    }

    fn get(&self, path: &str) -> Value {
        let mut answer = self.agent.get(format!("{}{path}", self.url)).call().expect("an answer");
        // without a buffer, each byte by itself takes longer than the server
        serde_json::from_reader(BufReader::new(answer.body_mut().as_reader())).expect("JSON")
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let request =
            self.agent.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        let mut answer = request.send(body.to_string()).expect("an answer");
        // without a buffer, each byte by itself takes longer than the server
        serde_json::from_reader(BufReader::new(answer.body_mut().as_reader())).expect("JSON")
    }
}

/// What a list shows.
const SELECT: [&str; 9] =
    ["id", "name", "run_type", "start_time", "end_time", "status", "error", "total_tokens", "trace_id"];

fn repeat(mut ask: impl FnMut()) -> Times {
    let (mut times, begun) = (Vec::new(), Instant::now());
    while times.len() < TIMES && begun.elapsed() < AT_MOST {
        let asked = Instant::now();
        ask();
        times.push(asked.elapsed());
    }
    Times::new(times)
}
