//! What clippy says with `traceable.toml`. It must report the lines that are marked with `//->`, naming what stands
//! behind the mark, and no other line: `.ci/clippy-fixture` compares. Nothing here is meant to run.

fn tasks(runtime: &tokio::runtime::Runtime) {
    tokio::spawn(async {}); //-> traceable::task::spawn
    tokio::task::spawn(async {}); //-> traceable::task::spawn
    tokio::task::spawn_local(async {}); //-> traceable::task::spawn_local
    tokio::task::spawn_blocking(|| ()); //-> traceable::task::spawn_blocking
    runtime.spawn(async {}); //-> traceable::task::spawn
    runtime.spawn_blocking(|| ()); //-> traceable::task::spawn_blocking
    runtime.handle().spawn(async {}); //-> traceable::task::spawn
    runtime.handle().spawn_blocking(|| ()); //-> traceable::task::spawn_blocking
    drop(tokio::task::JoinSet::<()>::new()); //-> traceable::task::JoinSet
    drop(tokio_util::task::TaskTracker::new()); //-> traceable::task::TaskTracker
}

fn threads(pool: rayon::ThreadPoolBuilder) {
    let _ = std::thread::spawn(|| ()); //-> traceable::thread::spawn
    std::thread::scope(|_| ()); //-> traceable::thread::scope
    let _ = std::thread::Builder::new().spawn(|| ()); //-> traceable::thread::Builder
    rayon::spawn(|| ()); //-> traceable::ContextThreadPool::submit
    rayon::spawn_fifo(|| ()); //-> traceable::ContextThreadPool::submit
    rayon::scope(|_| ()); //-> traceable::ContextThreadPool::scope
    rayon::join(|| (), || ()); //-> traceable::ContextThreadPool::scope
    let _: Result<rayon::ThreadPool, _> = pool.build(); //-> traceable::ContextThreadPool
}

fn with_their_context(runtime: &tokio::runtime::Runtime) {
    use traceable::{ContextThreadPool, task, thread};

    let _entered = runtime.enter();
    task::spawn(async {});
    task::spawn_local(async {});
    task::spawn_blocking(|| ());
    drop(task::JoinSet::<()>::new());
    drop(task::TaskTracker::new());
    let _ = thread::spawn(|| ());
    thread::scope(|scope| drop(scope.spawn(|| ())));
    let _ = thread::Builder::new().spawn(|| ());
    if let Ok(pool) = ContextThreadPool::new(1) {
        let _ = pool.submit(|| ()).join();
        pool.scope(|scope| scope.spawn(|| ()));
    }
    traceable::detached(|| drop(task::spawn(async {})));
}

fn main() {
    let _: [fn(&tokio::runtime::Runtime); 2] = [tasks, with_their_context];
    let _: fn(rayon::ThreadPoolBuilder) = threads;
}
