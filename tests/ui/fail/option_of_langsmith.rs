use traceable::traceable;

#[traceable(
    reduce_fn = join,
    project_name = "p",
    client = client,
    dangerously_allow_filesystem = true,
    exceptions_to_handle = [E],
    langsmith_extra = extra,
    run_id = id,
    reference_example_id = id,
    on_end = f,
    cache = c,
    attachments = a,
    extra = x,
    session_id = s,
)]
fn ask(_x: u8) {}

fn main() {}
