//! Programs that are worth a test of their own.
