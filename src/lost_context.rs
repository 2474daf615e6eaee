//! The texts of the attribute's warning about lost contexts. The expansion names one of these deprecated functions, and
//! the compiler prints its note. See [`traceable`](macro@crate::traceable).

macro_rules! warnings {
    ($($name:ident: $text:literal;)*) => {$(
        #[deprecated(note = $text)]
        #[allow(missing_docs)]
        pub fn $name() {}
    )*};
}

warnings! {
    tokio_spawn: "traced calls in this block do not nest under this run: end the block with `.in_current_run()` or \
        use `traceable::task::spawn`; if it is meant, say `#[traceable(allow(lost_context))]`";
    tokio_spawn_local: "traced calls in this block do not nest under this run: end the block with \
        `.in_current_run()` or use `traceable::task::spawn_local`; if it is meant, say \
        `#[traceable(allow(lost_context))]`";
    tokio_spawn_blocking: "traced calls in this closure do not nest under this run: put `traceable::bind(..)` around \
        it or use `traceable::task::spawn_blocking`; if it is meant, say `#[traceable(allow(lost_context))]`";
    std_thread_spawn: "traced calls in this closure do not nest under this run: put `traceable::bind(..)` around it \
        or use `traceable::thread::spawn`; if it is meant, say `#[traceable(allow(lost_context))]`";
    rayon_spawn: "traced calls in this closure do not nest under this run: put `traceable::bind(..)` around it or \
        use `traceable::ContextThreadPool`; if it is meant, say `#[traceable(allow(lost_context))]`";
    rayon_join: "traced calls in these closures do not nest under this run: put `traceable::bind(..)` around each; \
        if it is meant, say `#[traceable(allow(lost_context))]`";
    rayon_scope: "traced calls in this scope do not nest under this run: use the scope of a \
        `traceable::ContextThreadPool`; if it is meant, say `#[traceable(allow(lost_context))]`";
}
