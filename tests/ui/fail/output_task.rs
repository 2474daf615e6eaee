#![deny(deprecated)]

use traceable::traceable;

#[traceable]
fn start() -> tokio::task::JoinHandle<u8> {
    tokio::spawn(async { 1 })
}

#[traceable]
fn thread() -> std::thread::JoinHandle<u8> {
    std::thread::spawn(|| 1)
}

#[traceable(skip_output)]
fn fine() -> tokio::task::JoinHandle<u8> {
    tokio::spawn(std::future::ready(1))
}

#[traceable(skip_output)]
fn no_alias() -> std::vec::IntoIter<u8> {
    vec![1].into_iter()
}

fn main() {}
