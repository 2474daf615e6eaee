//! Code that is not traced and stands between caller and callee: schedulers, pools, libraries.

use std::ffi::c_void;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll};

use futures::{Sink, Stream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Lets other tasks run.
pub async fn pause() {
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
}

/// A scheduler that is late.
pub async fn after<F: Future>(gate: oneshot::Receiver<()>, future: F) -> F::Output {
    gate.await.expect("somebody opens the gate");
    future.await
}

/// A spawned task, for a function to return: clippy takes a bare handle for a forgotten `.await`.
pub struct Task(pub JoinHandle<()>);

impl Task {
    pub async fn ended(self) {
        self.0.await.expect("a task that does not panic");
    }
}

/// Panics. The compiler is not told, so that what calls it has an end.
pub fn panics(text: &'static str) {
    std::panic::panic_any(text)
}

/// Polls it once.
pub async fn start<F: Future>(future: &mut Pin<Box<F>>) {
    assert!(futures::poll!(future.as_mut()).is_pending());
}

/// Calls `f` when it is dropped.
pub struct OnDrop<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> OnDrop<F> {
    pub fn new(f: F) -> OnDrop<F> {
        OnDrop(Some(f))
    }
}

impl<F: FnOnce()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        if let Some(f) = self.0.take() {
            f();
        }
    }
}

/// Calls until it succeeds.
pub async fn retry<F: Future<Output = Result<(), String>>>(mut f: impl FnMut(u32) -> F) {
    let mut attempt = 0;
    while f(attempt).await.is_err() {
        attempt += 1;
    }
}

type Work = Box<dyn FnOnce() + Send>;

/// A pool of one thread, which is there before there is work.
pub struct Pool(mpsc::Sender<(Work, mpsc::Sender<()>)>);

impl Pool {
    pub fn new() -> Pool {
        let (sender, receiver) = mpsc::channel::<(Work, mpsc::Sender<()>)>();
        std::thread::spawn(move || {
            for (work, done) in receiver {
                work();
                let _ = done.send(());
            }
        });
        Pool(sender)
    }

    /// Runs the work, and waits for it.
    pub fn run(&self, work: impl FnOnce() + Send + 'static) {
        let (done, wait) = mpsc::channel();
        self.0.send((Box::new(work), done)).expect("a pool that lives");
        wait.recv().expect("work that does not panic");
    }
}

/// A C library that calls back on a thread of its own.
pub fn call_back_from_foreign_thread(callback: unsafe extern "C" fn(*mut c_void), user_data: *mut c_void) {
    struct UserData(*mut c_void);
    // SAFETY: it is used by the one thread that it is given to, while this one waits
    unsafe impl Send for UserData {}
    let user_data = UserData(user_data);
    let foreign = move || {
        let UserData(pointer) = { user_data };
        // SAFETY: the pointer is the one that came with this callback
        unsafe { callback(pointer) }
    };
    std::thread::spawn(foreign).join().expect("a callback that does not unwind");
}

/// An engine that calls back from tasks of its own.
pub async fn engine(callback: impl FnOnce() + Send + 'static) {
    tokio::spawn(async move {
        pause().await;
        callback();
    })
    .await
    .expect("a callback that does not panic");
}

/// A connection: a stream of one item and a sink, with a callback for each direction.
pub struct Duplex<R, S> {
    pub on_recv: R,
    pub on_send: S,
    pub is_drained: bool,
}

impl<R: FnMut() + Unpin, S: Unpin> Stream for Duplex<R, S> {
    type Item = u8;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u8>> {
        if self.is_drained {
            return Poll::Ready(None);
        }
        self.is_drained = true;
        (self.on_recv)();
        Poll::Ready(Some(1))
    }
}

impl<R: Unpin, S: FnMut() + Unpin> Sink<u8> for Duplex<R, S> {
    type Error = ();

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(mut self: Pin<&mut Self>, _: u8) -> Result<(), ()> {
        (self.on_send)();
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Ready(Ok(()))
    }
}
