//! The spool: batches that wait on disk. These are the design notes of its files.
//!
//! In: encoded batches, each with a label; acknowledgements. Out: records, the oldest first. Never starts a thread,
//! talks to a server or looks into a body.
//!
//! # Files
//!
//! ```text
//! <the program's folder>/
//!   to-<16 hex digits>/             one destination (hash of its server and its workspace or key)
//!     0000/ 0001/ ... 4095/         one exporter each: its process folder
//!       lock                        empty; locked while the exporter lives
//!       cursor                      how far the main files are acknowledged
//!       <16 hex digits>.spool       main file: records in order, up to 8 MiB and one record
//!       <16 hex digits>.quarantine  quarantine file: one record that the server fails on
//! ```
//!
//! Folders have mode 0700 and files 0600. Neither holds an API key or an address. One counter numbers both kinds of
//! file. Emptied folders stay, with `lock` and `cursor`. A file with another name is left alone; `owner-*` exists for
//! the moment in which `folder` compares owners. `trace_*.json` belong to `failed_traces`, which shares only the
//! record's label.
//!
//! # Format
//!
//! Integers are little-endian; checksums are XXH3 (64 bits).
//!
//! ```text
//! file:     "TRSPOOL1" [cut] frame*
//! frame:    "\xF5run"  length: u32  checksum: u64  payload: `length` bytes
//! cut:      "\xF5cut"  length: u32  checksum: u64
//! payload:  length: u32  label: JSON, `length` bytes  body: the rest
//! cursor:   number, offset, checksum: 16 hex digits each, separated by a space, ended by a line feed
//! ```
//!
//! - A frame's checksum covers its payload and is seeded with the length. 0xF5 is never part of UTF-8: no text
//!   contains a mark, and the checksum exposes a mark that stands in compressed bytes by chance. A payload has at
//!   most 1 GiB, a file 2 GiB.
//! - A cut is written over the header of the first frame. It says that the `length` bytes after it are acknowledged;
//!   its checksum covers the four bytes of the length.
//! - The label says what is known of a body without reading it: type, sizes, operations per run, time (`record`). The
//!   body is a request's, redacted and compressed.
//! - The time is that of the wall clock, in seconds since 1970, and of the exporter's own clock: a number that tells it
//!   apart, and the seconds since it began (`age`).
//! - The cursor says that files with lower numbers and, in the file `number`, all bytes below `offset` are
//!   acknowledged. Its checksum covers the text before the second space.
//! - The last character of the head is the version. Readers ignore fields of a label that they do not know.
//!
//! # Invariants
//!
//! 1. Only the exporter that holds `lock` changes a process folder. The system releases the lock when the process
//!    ends.
//! 2. Main records are in the order of their batches: by file number, then by offset.
//! 3. An exporter appends only to files that it created itself, never after bytes that it found.
//! 4. A new file's number is higher than the cursor's and that of every file in the folder, so an old cursor says
//!    nothing about a new file.
//! 5. A file of this version is deleted only if every whole record in it is acknowledged (delivered or dropped), or
//!    copied to a quarantine file that is synced.
//! 6. What is read equals what was written, or it is reported as damaged: no checksum, no record.
//!
//! # Operations
//!
//! **Open** (`store`, `recovery`) locks the first free process folder and scans its files from the cursor on; files
//! without records are deleted. A scan skips whatever is not a whole frame up to the next mark, so damage costs the
//! records it touches and no others. A torn cursor means that nothing is acknowledged. If a file cannot be read or is
//! of another version, the next free folder is used instead: a cursor that moved on would come to say that this file
//! is acknowledged. A folder that belongs to another user, that everybody may write to, or that is a link at the
//! place of `to-..` is refused (Unix), because its records are sent with this program's key.
//!
//! **Take over** (`recovery`) does the same with every process folder whose lock is free, at open and then every two
//! seconds while nothing waits. It writes a cut into each file, since the cursor stays behind, and then renames the
//! file into the own folder under a new number. A kill before the rename leaves the file where it was, with its cut.
//! A torn cut destroys only the header of a record that was acknowledged. What cannot be read or moved stays for a
//! later start.
//!
//! **Append** (`store`, `segment`) writes one frame under the store's lock; only then is the record visible to
//! readers and counted as on disk. A kill in between leaves a torn frame at the end, which the next scan skips. If
//! the disk is full or fails, the file is truncated to its last whole frame; if that fails too, the next record goes
//! to a new file. Above `max_bytes` nothing is written.
//!
//! **Hold** (`store`) keeps one record in memory, in its place in the order, if the disk fails, or if the spool is
//! empty and the record alone exceeds `max_bytes`. Meanwhile later batches wait in the bounded queue. A kill loses a
//! held record: it does not count as on disk.
//!
//! **Read** (`segment`) checks the frame again. A record that changed or whose file is gone is dropped as unreadable;
//! other errors are retried for as long as they last. On Unix, a file that somebody deleted is still read if its handle
//! is open: that of the file that is appended to, and of the one that was read last.
//!
//! **Restore** (`restoration`) comes before each append, and every two seconds while there is nothing to sync: if the
//! lock is not where it was made, its folder is locked again or, if that is gone, another one is made. A cursor or a file
//! that was deleted is made again. Records that can still be read through a handle are written again, in their place in
//! the order; the others are lost, and dropped as unreadable. Until all of this works nothing is appended.
//!
//! **Expire** (`age`). An exporter's own records age by its monotonic clock. Those of others age by what the wall clock
//! showed when this exporter began, so that a step of the clock expires nothing. If a later record of the same writer
//! shows that the clock was set forward meanwhile, earlier ones are corrected by that. Times before 2025 are those of a
//! machine whose clock was not set: such records expire only in the process that wrote them.
//!
//! **Acknowledge** (`store`, `cursor`) overwrites the cursor in place, which needs no space, and does not sync it. A
//! kill between the server's answer and this write, or a power failure that takes the cursor back, sends records once
//! more; the server merges runs by id. If the write fails, the same holds.
//!
//! **Quarantine** (`quarantine`) copies the record to a file of its own, syncs file and folder, and only then
//! acknowledges the original. A kill in between leaves both copies: the record is sent twice, never lost. If the copy
//! fails, it is deleted and the record stays the first. What remains of a record that was delivered in part gets a
//! new file first, and then the old one is deleted. `retry_schedule` decides when a record is tried again.
//!
//! **Sync** (`fsync`) calls `fdatasync` at most `sync_every` after a write or a take-over, on a thread of its own. A new
//! file's folder is synced when the file is created, and what a new folder is in when that is. After a failed `fdatasync` a second one would succeed without meaning
//! anything: the file is not synced again, later records go to another file, and records up to there do not count as
//! synced until they are acknowledged.
//!
//! **Delete** (`state`) removes files whose records are all acknowledged, from the oldest on; the one that is
//! appended to only if it is longer than 1 MiB or nothing waits. The cursor covers a main file that cannot be deleted
//! or that a power failure brings back; a quarantine file is sent once more.
//!
//! # Several processes, several versions
//!
//! Two exporters never share a process folder, unless somebody deletes `lock`; two threads never append to one file.
//! After `fork` the copy opens a folder of its own, but it inherits the lock: the parent's folder is taken over when
//! both have ended. A file of another version is neither changed nor moved, and is deleted once it is older than
//! `max_age`. A changed layout needs a new version; a new optional field of a label does not.
//!
//! # Not promised
//!
//! - Exactly one delivery: see *acknowledge*, *quarantine* and *take over*.
//! - Batches that are not written yet when a process is killed, and what was written within the last `sync_every`
//!   when the power fails.
//! - The age of records that were written before the clock was set, to a time that is wrong and after 2025, if their
//!   writer wrote none after that.
//! - Order between a quarantined record and the others.
//! - Repair: a damaged record is dropped, and counted.
//! - File systems without locks or atomic renames, such as some network file systems; disks that report a sync and
//!   did none; anybody who runs as the same user.
//! - On other systems than Unix: private modes, the check of owners, synced folders, reading deleted files.

mod age;
mod cursor;
mod entry;
mod failed_traces;
mod folder;
mod fsync;
mod quarantine;
mod record;
mod recovery;
mod restoration;
mod retry_schedule;
mod scan;
mod segment;
mod settings;
mod state;
mod store;
#[cfg(all(test, not(traceable_loom)))]
mod tests;

pub(crate) use age::WrittenAt;
pub(crate) use entry::{AppendError, Entry, NextRecord, Recovered, Restored};
pub(crate) use failed_traces::{FailedTraces, files as failed_trace_files, read as read_failed_trace};
pub(crate) use folder::Folder;
pub(crate) use record::{Label, Payload};
#[cfg(fuzzing)]
pub(crate) use scan::{Unread, scan};
pub(crate) use segment::FileKind;
pub use settings::Spool;
pub(crate) use store::SpoolStore;
