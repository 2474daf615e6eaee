//! A change of the database that no batch makes: a project's description, feedback, what is shared.

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use crate::store::{StoreError, write_error::WriteError, writer_file::WriterFile};

/// A closure that waits for the writer, and answers for itself.
pub(crate) struct Edit(Box<dyn FnOnce(Writable<'_>) + Send>);

/// The writer's connection, or why there is none.
type Writable<'a> = Result<&'a mut Connection, WriteError>;

impl Edit {
    /// Also returns where its result will be.
    pub(crate) fn new<T: Send + 'static>(
        edit: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> (Self, oneshot::Receiver<Result<T, WriteError>>) {
        let (reply, answer) = oneshot::channel();
        let run = move |conn: Writable<'_>| {
            let result = conn.and_then(|conn| Ok(in_transaction(conn, edit)?));
            // a reply nobody waits for any more is no error
            let _ = reply.send(result);
        };
        (Edit(Box::new(run)), answer)
    }

    /// Runs it in a transaction of its own.
    pub(crate) fn run(self, file: &mut WriterFile) {
        (self.0)(file.connection());
    }
}

fn in_transaction<T>(
    conn: &mut Connection,
    edit: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = edit(&tx)?;
    tx.commit()?;
    Ok(value)
}
