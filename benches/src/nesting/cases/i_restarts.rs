//! I. Between processes: restarts, and the environment of a subprocess. Modelled in one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::{Barrier, oneshot};

use crate::case::{Case, case};
use crate::support::start;

/// Of a process, or of one command.
type Environment = HashMap<String, String>;

/// An environment, its own or that of all.
type Shared = Arc<Mutex<Environment>>;

/// What an agent is given: where to write, when the others have written, to whom to give what its subprocess
/// inherits, and when that has ended.
struct Agent {
    environment: Shared,
    all: Arc<Barrier>,
    subprocess: oneshot::Sender<Environment>,
    done: oneshot::Receiver<()>,
}

impl Agent {
    async fn run(self, headers: Vec<(String, String)>) {
        self.environment.lock().unwrap().extend(headers);
        self.all.wait().await;
        let inherited = self.environment.lock().unwrap().clone();
        self.subprocess.send(inherited).unwrap();
        self.done.await.unwrap();
    }
}

macro_rules! restart {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        async fn act_1() {}
        $(#[$t])*
        async fn act_2() {}
        $(#[$t])*
        async fn workflow(disk: Arc<Mutex<kit::Headers>>) {
            *disk.lock().unwrap() = kit::headers();
            act_1().await;
            std::future::pending::<()>().await;
        }

        /// The first process dies in the middle: nothing is dropped any more.
        async fn crash() -> kit::Headers {
            let disk = Arc::<Mutex<kit::Headers>>::default();
            let mut process = Box::pin(kit::entry(workflow(disk.clone())));
            start(&mut process).await;
            std::mem::forget(process);
            let saved = disk.lock().unwrap().clone();
            saved
        }

        pub async fn c59() {
            crash().await;
            kit::entry(act_2()).await;
        }
        pub async fn c59_step() {
            let saved = crash().await;
            kit::received(saved, act_2).await;
        }
    };
}
mod restart_ours {
    use super::*;
    use crate::kit::traceable as kit;
    restart!(#[traceable::traceable(skip_all, skip_output)]);
}
mod restart_fastrace {
    use super::*;
    use crate::kit::fastrace as kit;
    restart!(#[fastrace::trace(short_name = true)]);
}

macro_rules! bodies {
    ($(#[$t:meta])*) => {
        $(#[$t])*
        async fn subprocess_1() {}
        $(#[$t])*
        async fn subprocess_2() {}

        $(#[$t])*
        async fn agent_1(agent: Agent) {
            agent.run(kit::headers()).await;
        }
        $(#[$t])*
        async fn agent_2(agent: Agent) {
            agent.run(kit::headers()).await;
        }

        /// Two agents at once; what each subprocess makes of its environment.
        async fn run_both(environments: [Shared; 2]) {
            let all = Arc::new(Barrier::new(2));
            let [(agent_a, inbox_a, finish_a), (agent_b, inbox_b, finish_b)] = environments.map(|environment| {
                let (subprocess, inbox) = oneshot::channel();
                let (finish, done) = oneshot::channel();
                (Agent { environment, all: all.clone(), subprocess, done }, inbox, finish)
            });
            let first = tokio::spawn(kit::entry(agent_1(agent_a)));
            let second = tokio::spawn(kit::entry(agent_2(agent_b)));
            kit::received(inbox_a.await.unwrap().into_iter().collect(), subprocess_1).await;
            kit::received(inbox_b.await.unwrap().into_iter().collect(), subprocess_2).await;
            finish_a.send(()).unwrap();
            finish_b.send(()).unwrap();
            first.await.unwrap();
            second.await.unwrap();
        }

        // The environment of the whole process.
        pub async fn c60() {
            let environment = Shared::default();
            run_both([environment.clone(), environment]).await;
        }

        // One for each command.
        pub async fn c60_step() {
            run_both(Default::default()).await;
        }
    };
}
under_each!(bodies);

pub const CASES: &[Case] = &[
    // documented: as in 55
    Case {
        needs: "`to_headers`, `Extra::parent(&headers)`",
        attempts: [
            both!(restart_ours::c59, restart_ours::c59_step),
            no_way!(),
            both!(restart_fastrace::c59, restart_fastrace::c59_step),
        ],
        note: Some(
            "`tracing`: an id is good as long as the registry of its process. fastrace reports a trace when its root \
             ends; a root that never does takes its children with it.",
        ),
        ..case(59, "restart in the middle", "workflow [open] > (act_1, act_2)")
    },
    // documented: as in 55, by `Command::env`
    Case {
        needs: "`to_headers` in the command's environment",
        attempts: same!(c60, c60_step),
        note: Some("Naive is the mistake: the environment of the whole process is set. And as in 49."),
        ..case(60, "subprocess, by its environment", "agent_1 > subprocess_1; agent_2 > subprocess_2")
    },
];
