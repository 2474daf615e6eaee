use traceable::TraceableExt as _;

async fn outer() {
    async {}.with_parent(3).await;
}

fn main() {}
