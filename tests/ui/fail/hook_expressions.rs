use traceable::traceable;

struct NoJson;

#[traceable(metadata(model = NoJson))]
fn described() {}

#[traceable(inputs(model = NoJson))]
fn given() {}

#[traceable(reduce = |all: &[NoJson]| all.len())]
fn items() -> impl Iterator<Item = NoJson> {
    std::iter::empty()
}

fn main() {}
