mod plain {
    struct Agent<'a>(&'a str);

    impl Agent<'_> {
        #[inline]
        async fn ask(&self, text: &str) -> usize {
            self.0.len() + text.len()
        }

        #[inline]
        async fn finish(self) -> usize {
            self.0.len()
        }
    }

    #[inline]
    async fn ask(text: &str) -> usize {
        text.len()
    }

    #[inline]
    async fn both<'a>(first: &'a str, rest: &[&str]) -> &'a str {
        let _ = rest;
        first
    }

    fn check() {
        let (text, other) = (String::new(), String::new());
        tokio::spawn(ask(&text));
        tokio::spawn(both("", &[&other]));
        tokio::task::JoinSet::new().spawn(ask(&String::new()));
    }

    fn methods() {
        let (agent, text) = (Agent(""), String::new());
        tokio::spawn(agent.ask(""));
        tokio::spawn(Agent("").ask(&text));
        let name = String::new();
        tokio::spawn(Agent(&name).finish());
    }

    fn moved() {
        let text = String::new();
        let future = ask(&text);
        drop(text);
        drop(future);
    }

    fn escapes(text: &str) {
        tokio::spawn(ask(text));
    }

    fn thread() {
        let text = String::new();
        std::thread::spawn(|| drop(ask(&text)));
    }
}

mod traced {
    struct Agent<'a>(&'a str);

    impl Agent<'_> {
        #[traceable::traceable]
        async fn ask(&self, text: &str) -> usize {
            self.0.len() + text.len()
        }

        #[traceable::traceable]
        async fn finish(self) -> usize {
            self.0.len()
        }
    }

    #[traceable::traceable]
    async fn ask(text: &str) -> usize {
        text.len()
    }

    #[traceable::traceable]
    async fn both<'a>(first: &'a str, rest: &[&str]) -> &'a str {
        let _ = rest;
        first
    }

    fn check() {
        let (text, other) = (String::new(), String::new());
        tokio::spawn(ask(&text));
        tokio::spawn(both("", &[&other]));
        tokio::task::JoinSet::new().spawn(ask(&String::new()));
    }

    fn methods() {
        let (agent, text) = (Agent(""), String::new());
        tokio::spawn(agent.ask(""));
        tokio::spawn(Agent("").ask(&text));
        let name = String::new();
        tokio::spawn(Agent(&name).finish());
    }

    fn moved() {
        let text = String::new();
        let future = ask(&text);
        drop(text);
        drop(future);
    }

    fn escapes(text: &str) {
        tokio::spawn(ask(text));
    }

    fn thread() {
        let text = String::new();
        std::thread::spawn(|| drop(ask(&text)));
    }
}

// What a future borrows does not live long enough: the compiler says so of an `async fn` and of what it becomes alike.
fn main() {}
