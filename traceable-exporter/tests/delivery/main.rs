//! Runs go out of the process: to servers that are well or not, to files, to a console.

#[path = "../support/mod.rs"]
mod support;

mod address;
mod concurrent_requests;
mod conservation;
mod console;
mod fault_matrix;
mod faults;
mod flush;
mod flush_async;
mod jsonl;
mod limits;
mod load;
mod outage;
mod oversize;
mod promises;
mod replicas;
mod tee;
mod tls;
mod wire;
