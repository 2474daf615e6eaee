//! How large the file is, and giving pages that are free back to the disk.

use rusqlite::Connection;

use crate::store::StoreError;

/// How many pages a transaction gives back: each may be a page that has to move first.
const PAGES_AT_ONCE: u64 = 2000;

/// Pages of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileSpace {
    pages: u64,
    free: u64,
    page_bytes: u64,
}

impl FileSpace {
    pub(crate) fn read(conn: &Connection) -> Result<Self, StoreError> {
        let one = |sql| conn.prepare_cached(sql)?.query_row((), |row| row.get(0));
        Ok(FileSpace {
            pages: one("PRAGMA page_count")?,
            free: one("PRAGMA freelist_count")?,
            page_bytes: one("PRAGMA page_size")?,
        })
    }

    /// The size of the file.
    pub(crate) fn file_bytes(self) -> u64 {
        self.pages.saturating_mul(self.page_bytes)
    }

    /// What is in use of it.
    pub(crate) fn used_bytes(self) -> u64 {
        self.pages.saturating_sub(self.free).saturating_mul(self.page_bytes)
    }

    /// What is in use for rows: without the page that each table and each index has when it is empty.
    pub(crate) fn row_bytes(self, conn: &Connection) -> rusqlite::Result<u64> {
        let sql = "SELECT count(*) + 1 FROM sqlite_schema WHERE rootpage > 0";
        let empty: u64 = conn.query_row(sql, (), |row| row.get(0))?;
        Ok(self.used_bytes().saturating_sub(empty.saturating_mul(self.page_bytes)))
    }

    /// Whether pages should be given back. Some that are free are good to have: what comes next takes them.
    pub(crate) fn is_wasteful(self, max_bytes: Option<u64>) -> bool {
        self.free > PAGES_AT_ONCE && self.free > self.pages / 4
            || self.free > 0 && max_bytes.is_some_and(|max| self.file_bytes() > max)
    }
}

/// Gives some free pages back, inside a transaction. `false`: there were none.
pub(crate) fn give_back_some(tx: &Connection) -> Result<bool, StoreError> {
    let before = FileSpace::read(tx)?;
    // a statement of this kind frees one page a step
    tx.execute_batch(&format!("PRAGMA incremental_vacuum({PAGES_AT_ONCE})"))?;
    // a file that was made without the setting stays as large as it is
    Ok(FileSpace::read(tx)?.pages < before.pages)
}
