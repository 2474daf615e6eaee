use traceable::{RunTree, TraceableExt as _};

async fn outer(run: RunTree) {
    let handle = tokio::spawn(async {});
    let _ = handle.with_parent(&run).await;
    let _ = tokio::spawn(async {}).in_current_run().await;
}

fn main() {}
