use traceable::traceable;

#[traceable(name = "a", name = "b")]
fn twice() {}

#[traceable(skip(a), skip_all)]
fn skips(a: u8) {}

#[traceable(root, parent = run)]
fn parents(run: &traceable::RunTree) {}

#[traceable(run_type = "llm", custom_run_type = "x")]
fn types() {}

#[traceable(skip(a), debug(a))]
fn modes(a: u8) {}

#[traceable(inputs(a = 1, a = 2))]
fn keys() {}

#[traceable(reduce = x, aggregate(0, y))]
fn folds() -> impl Iterator<Item = u8> {
    0..1
}

#[traceable(reduce = x)]
fn no_generator() -> u8 {
    1
}

#[traceable(process_outputs = x)]
fn generator() -> impl Iterator<Item = u8> {
    0..1
}

#[traceable(iter)]
fn kinds() -> impl Future<Output = ()> {
    async {}
}

#[traceable(future)]
async fn twice_a_future() {}

fn main() {}
