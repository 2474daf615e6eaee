//! A program as text: what one would write.

use std::fmt::{Debug, Formatter, Result, Write};

use crate::program::*;

/// Indents what is written through it.
struct Page<'a, 'f>(&'a mut Formatter<'f>, usize);

impl Debug for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str("\n")?;
        Page(f, 0).steps(&self.0)
    }
}

impl Page<'_, '_> {
    fn line(&mut self, text: &str) -> Result {
        let Page(out, indent) = self;
        writeln!(out, "{:1$}{text}", "", *indent * 4)
    }

    fn inside(&mut self, head: &str, steps: &[Step], tail: &str) -> Result {
        self.line(&format!("{head} {{"))?;
        Page(self.0, self.1 + 1).steps(steps)?;
        self.line(&format!("}}{tail}"))
    }

    fn block(&mut self, head: &str, block: &Block, tail: &str) -> Result {
        self.inside(&format!("{head}{}", moved(&block.takes)), &block.steps, tail)
    }

    fn steps(&mut self, steps: &[Step]) -> Result {
        steps.iter().try_for_each(|step| self.step(step))
    }

    fn step(&mut self, step: &Step) -> Result {
        match step {
            Step::Call(call) => {
                self.call("", call, if call.node.kind.is_plain() { "" } else { ".drive().await" })
            }
            Step::Hold(call) => self.call(&format!("let v{} = ", call.node.id), call, ""),
            Step::Advance(id, ALL) => self.line(&format!("v{id}.drive().await;")),
            Step::Advance(id, n) => self.line(&format!("v{id}.advance({n}).await;")),
            Step::Next(id, ALL) => self.line(&format!("v{id}.count();")),
            Step::Next(id, n) => self.line(&format!("v{id}.take({n}).count();")),
            Step::Drop(id) => self.line(&format!("drop(v{id});")),
            Step::Guard(id) => self.line(&format!("let guard = on_drop(|| call #{id});")),
            Step::Look(id) => self.line(&format!("look #{id};")),
            Step::Yield => self.line("yield_now().await;"),
            Step::Hang => self.line("pending().await;"),
            Step::Catch(steps) => self.inside("catch_unwind", steps, ""),
            Step::Scope(around, steps) => self.inside(&around_text(around), steps, ")"),
            Step::Wrapped(wrapper, block) => {
                self.block("async", block, &format!("{}.await", wrapper_text(wrapper)))
            }
            Step::Spawn(spawner, wrapper, block, ends) => {
                let tail = match ends {
                    Ends::Joined => ".await",
                    Ends::Detached => "",
                    Ends::Aborted { waits: true } => ".abort_when_it_hangs()",
                    Ends::Aborted { waits: false } => ".abort()",
                };
                let head = format!("{}(async", spawner_text(*spawner));
                self.block(&head, block, &format!("{}){tail}", wrapper_text(wrapper)))
            }
            Step::SpawnCall(spawner, call, joined) => {
                let head = format!("{}(", spawner_text(*spawner));
                self.call(&head, call, if *joined { ").await" } else { ")" })
            }
            Step::Join(blocks) => {
                self.line("join! {")?;
                for block in blocks {
                    Page(self.0, self.1 + 1).block("async", block, ",")?;
                }
                self.line("}")
            }
            Step::Race(loser, limit) => match limit {
                Limit::Timeout => self.block("timeout(0, async", loser, ")"),
                Limit::Winner { block, waits, is_first } => {
                    self.line(if *is_first { "select! { biased from below;" } else { "select! { biased;" })?;
                    let mut page = Page(self.0, self.1 + 1);
                    page.block("loser: async", loser, "")?;
                    page.block(
                        "winner: async",
                        block,
                        if *waits { " then when the loser hangs" } else { "" },
                    )?;
                    self.line("}")
                }
            },
            Step::Send(sealed, wrapper, block) => {
                let (head, tail) =
                    if *sealed { ("actor.send(envelope(async", "))") } else { ("actor.send(async", ")") };
                self.block(head, block, &format!("{}{tail}", wrapper_text(wrapper)))
            }
            Step::Thread(thread, block) => {
                let (head, tail) = thread_text(*thread);
                self.block(head, block, tail)
            }
            Step::Pool(share, blocks) => {
                self.line(share_text(*share))?;
                for block in blocks {
                    Page(self.0, self.1 + 1).block("", block, ",")?;
                }
                self.line(")")
            }
            Step::BlockOn(false, block) => self.block("another_runtime.block_on(async", block, ")"),
            Step::BlockOn(true, block) => self.block("another_runtime.spawn_local(async", block, ").await"),
        }
    }

    fn call(&mut self, before: &str, call: &Call, after: &str) -> Result {
        let node = &*call.node;
        let mut head = before.to_owned();
        if let Some(around) = &call.around {
            head += &around_text(around);
        }
        match node.flavour {
            Flavour::Nothing => {}
            Flavour::Off => head += "#[enabled = false] ",
            Flavour::Root => head += "#[root] ",
            Flavour::Parent(name) => {
                let _ = write!(head, "#[parent = {name:?}] ");
            }
        }
        let _ = write!(head, "{:?} #{}{}", node.kind, node.id, moved(&node.takes));
        let mut tail = if call.around.is_some() { ")" } else { "" }.to_owned();
        tail += &wrapper_text(&call.wrapper);
        tail += after;
        let ends = match node.end {
            End::Ok => None,
            End::Err => Some("Err"),
            End::Panic => Some("panic!()"),
        };
        if node.first.is_empty() && node.segments.iter().all(|steps| steps.is_empty()) {
            let pauses = ", ".repeat(node.segments.len().saturating_sub(1));
            return self.line(&format!("{head} {{{pauses}{}}}{tail}", ends.unwrap_or_default()));
        }
        self.line(&format!("{head} {{"))?;
        let mut page = Page(self.0, self.1 + 1);
        if !node.first.is_empty() {
            page.steps(&node.first)?;
            page.line("-- so far at the call --")?;
        }
        for (index, steps) in node.segments.iter().enumerate() {
            if index > 0 {
                page.line("-- pause --")?;
            }
            page.steps(steps)?;
        }
        if let Some(ends) = ends {
            page.line(ends)?;
        }
        self.line(&format!("}}{tail}"))
    }
}

fn moved(takes: &[Id]) -> String {
    if takes.is_empty() {
        return String::new();
    }
    let names: Vec<_> = takes.iter().map(|id| format!("v{id}")).collect();
    format!(" move({})", names.join(", "))
}

fn around_text(around: &Around) -> String {
    match around {
        Around::Extra(name) => format!("extra(parent {name:?}, || "),
        Around::RunScope(n) => format!("up({n}).scope(|| "),
        Around::Context(name) => format!("context(parent {name:?}, || "),
        Around::Tag => "extra(tag, || ".to_owned(),
        Around::Detached => "detached(|| ".to_owned(),
        Around::Silent => "silent(|| ".to_owned(),
        Around::Handle(n) => format!("handle({n}).scope(|| "),
        Around::Bound(n) => format!("bound({n}, || "),
    }
}

fn wrapper_text(wrapper: &Wrapper) -> String {
    match wrapper {
        Wrapper::Nothing => String::new(),
        Wrapper::InCurrentRun => ".in_current_run()".to_owned(),
        Wrapper::WithParent(name, false) => format!(".with_parent({name:?})"),
        Wrapper::WithParent(name, true) => format!(".boxed().with_parent({name:?})"),
        Wrapper::WithContext(name) => format!(".with_context({name:?})"),
        Wrapper::Silent => ".with_context(silent)".to_owned(),
    }
}

fn spawner_text(spawner: Spawner) -> &'static str {
    match spawner {
        Spawner::Tokio => "tokio::spawn",
        Spawner::Task => "task::spawn",
        Spawner::JoinSet => "join_set.spawn",
        Spawner::TaskTracker => "task_tracker.spawn",
    }
}

fn thread_text(thread: Thread) -> (&'static str, &'static str) {
    match thread {
        Thread::Std => ("std::thread::spawn(||", ").join()"),
        Thread::Bound => ("std::thread::spawn(bind(||", ")).join()"),
        Thread::Spawn => ("thread::spawn(||", ").join()"),
        Thread::Scope => ("thread::scope(|scope| scope.spawn(||", "))"),
        Thread::Blocking => ("task::spawn_blocking(||", ").wait()"),
        Thread::InPlace => ("task::block_in_place(||", ")"),
    }
}

fn share_text(share: Share) -> &'static str {
    match share {
        Share::Map => "pool.map(",
        Share::Submit => "pool.submit(",
        Share::Scope => "pool.scope(",
        Share::Iterator => "parallel_iterator.in_current_run().map(",
    }
}
