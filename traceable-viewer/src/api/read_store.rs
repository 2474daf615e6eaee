//! Reads of the store, which block, on threads of their own.

use crate::api::{response::ApiResponse, state::ApiState};
use crate::error_chain::error_chain;
use crate::query::QueryError;
use crate::store::{Store, StoreError};

/// Reads, when not too many others do.
pub(crate) async fn read_store<T: Send + 'static>(
    state: &ApiState,
    read: impl FnOnce(&Store) -> Result<T, QueryError> + Send + 'static,
) -> Result<T, ApiResponse> {
    // an error would mean that the semaphore was closed, which nobody does; to go on without it is harmless
    let _permit = state.readers.acquire().await;
    let store = state.store.clone();
    let result = tokio::task::spawn_blocking(move || read(&store)).await;
    match result.map_err(|_| ApiResponse::internal())? {
        Ok(value) => Ok(value),
        Err(error) => {
            if let QueryError::Store(error) = &error
                && !matches!(error, StoreError::TooSlow(_))
            {
                state.warn(format_args!("the database could not be read: {}", error_chain(error)));
            }
            Err(error.into())
        }
    }
}
