use traceable::traceable;

#[traceable(iter)]
fn ask() -> impl Future<Output = ()> {
    async {}
}

fn main() {}
