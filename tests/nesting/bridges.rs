//! From synchronous code to asynchronous code and back, and executors that are not tokio's.

use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};

use futures::executor::{LocalPool, block_on};
use futures::future::BoxFuture;
use futures::task::LocalSpawnExt as _;
use tokio::runtime::{Builder, Handle};
use tokio::sync::Barrier;
use tokio::task::LocalSet;
use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{assert_tree, bind, task};

use crate::support::{child, here, leaf, on_both_runtimes};

#[traceable]
async fn between() -> i32 {
    let mut polls = 0;
    // tokio's own way to yield waits for tokio's scheduler, which these tests block
    std::future::poll_fn(|cx| {
        polls += 1;
        cx.waker().wake_by_ref();
        if polls < 3 { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    leaf(1)
}

#[traceable]
fn blocks() -> i32 {
    block_on(between())
}

#[test]
fn a_function_that_blocks_on_a_future_nests_it_and_what_that_calls() {
    here("blocks > between > leaf", || assert_eq!(blocks(), 1));
    on_both_runtimes("top > (blocks > between > leaf, blocks > between > leaf)", async || {
        let top = trace_top(async {
            blocks();
            task::spawn_blocking(blocks).await.unwrap();
        });
        top.await;
    });
}

async fn trace_top(inside: impl Future<Output = ()>) {
    traceable::trace("top").future(|_| inside).await;
}

#[test]
fn a_task_that_blocks_in_place_on_its_runtime_nests() {
    #[traceable]
    fn in_place() -> i32 {
        tokio::task::block_in_place(|| Handle::current().block_on(between()))
    }
    // only a runtime of several threads has it
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let recorder = Recorder::new();
    let test = async { tokio::spawn(trace_top(async { assert_eq!(in_place(), 1) }).in_current_run()).await };
    runtime.block_on(test.with_context(recorder.context())).unwrap();
    assert_tree!(recorder.forest(), "top > in_place > between > leaf");
}

#[test]
fn a_bridge_that_is_a_thread_with_a_runtime_of_its_own_is_bound() {
    #[traceable]
    fn on_a_thread() -> i32 {
        let runtime = Builder::new_current_thread().build().unwrap();
        // a call that is made here needs nothing; one that is made there is bound
        let made_here = between();
        std::thread::spawn(bind(move || runtime.block_on(async { made_here.await + between().await })))
            .join()
            .unwrap()
    }
    here("on_a_thread > (between > leaf, between > leaf)", || assert_eq!(on_a_thread(), 2));
    on_both_runtimes("on_a_thread > (between > leaf, between > leaf)", async || {
        assert_eq!(on_a_thread(), 2);
    });
}

#[traceable]
async fn get(x: i32) -> i32 {
    child(x).await
}

/// Two of these are open at once, whatever the executor.
#[traceable(skip_all)]
async fn request(both: Arc<Barrier>) {
    both.wait().await;
    get(1).await;
    both.wait().await;
    get(2).await;
}

const TWO_REQUESTS: &str = "request > (get > child, get > child); request > (get > child, get > child)";

#[test]
fn requests_that_take_turns_on_one_thread_keep_apart() {
    let both = Arc::new(Barrier::new(2));
    here(TWO_REQUESTS, || {
        let mut pool = LocalPool::new();
        for _ in 0..2 {
            pool.spawner().spawn_local(request(both.clone())).unwrap();
        }
        pool.run();
    });
    on_both_runtimes(TWO_REQUESTS, async || {
        tokio::join!(request(both.clone()), request(both.clone()));
    });
}

#[test]
fn local_tasks_nest_where_they_are_called_and_keep_apart() {
    let both = Arc::new(Barrier::new(2));
    on_both_runtimes(&format!("{TWO_REQUESTS}; top > (child, child)"), async || {
        let local = LocalSet::new();
        let requests = [local.spawn_local(request(both.clone())), local.spawn_local(request(both.clone()))];
        local.await;
        for request in requests {
            request.await.unwrap();
        }
        let local = LocalSet::new();
        trace_top(local.run_until(async {
            tokio::task::spawn_local(child(1)).await.unwrap();
            task::spawn_local(async { child(2).await }).await.unwrap();
        }))
        .await;
    });
}

/// An executor of two threads that traceable knows nothing of.
struct Pool(mpsc::Sender<Arc<Job>>);

struct Job {
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    queue: mpsc::Sender<Arc<Job>>,
}

impl Wake for Job {
    fn wake(self: Arc<Self>) {
        // a pool that is gone polls nothing
        let _ = self.queue.clone().send(self);
    }
}

impl Pool {
    fn new() -> Pool {
        let (queue, jobs) = mpsc::channel::<Arc<Job>>();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..2 {
            let jobs = jobs.clone();
            std::thread::spawn(move || {
                loop {
                    let Ok(job) = jobs.lock().unwrap().recv() else { return };
                    let waker = Waker::from(job.clone());
                    let mut future = job.future.lock().unwrap();
                    if let Some(polled) = future.as_mut()
                        && polled.as_mut().poll(&mut Context::from_waker(&waker)).is_ready()
                    {
                        *future = None;
                    }
                }
            });
        }
        Pool(queue)
    }

    /// Spawns a task; the receiver hears of its end.
    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) -> mpsc::Receiver<()> {
        let (ended, end) = mpsc::channel();
        let future: BoxFuture<'static, ()> = Box::pin(async move {
            future.await;
            ended.send(()).unwrap();
        });
        let job = Job { future: Mutex::new(Some(future)), queue: self.0.clone() };
        self.0.send(Arc::new(job)).unwrap();
        end
    }
}

#[test]
fn an_executor_that_nobody_knows_needs_nothing_either() {
    let pool = Pool::new();
    let both = Arc::new(Barrier::new(2));
    here(&format!("{TWO_REQUESTS}; top > (between > leaf, between > leaf)"), || {
        let requests = [pool.spawn(request(both.clone())), pool.spawn(request(both.clone()))];
        requests.into_iter().for_each(|end| end.recv().unwrap());
        traceable::trace("top").scope(|_| {
            let called_here = between();
            pool.spawn(async { assert_eq!(called_here.await, 1) }).recv().unwrap();
            let carried = async { assert_eq!(between().await, 1) }.in_current_run();
            pool.spawn(carried).recv().unwrap();
        });
    });
}
