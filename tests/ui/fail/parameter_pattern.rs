use traceable::{Attachment, traceable};

#[traceable]
fn ask(#[attachment] (_a, _b): (Attachment, Attachment)) {}

fn main() {}
