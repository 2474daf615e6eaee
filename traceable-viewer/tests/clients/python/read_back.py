"""What LangSmith's Python SDK has sent is read back with it, by the first version of the API. For any of its versions."""

import datetime
import uuid

import langsmith
from langsmith import Client

from program import FILE, PROJECT, THREAD, TREE, USAGE, send
from report import Report, same

client = Client()
report = Report()
first, second, third = send(client)
UNKNOWN = uuid.UUID("00000000-0000-0000-0000-000000000005")


def names(runs) -> list:
    return sorted(run.name for run in runs)


def tree(runs) -> list:
    runs = list(runs)
    by_id = {run.id: run.name for run in runs}
    return sorted((run.name, by_id.get(run.parent_run_id)) for run in runs)


def fails(call, error) -> None:
    try:
        call()
    except error:
        return
    raise AssertionError(f"no {error.__name__}")


def projects():
    found = [project for project in client.list_projects() if project.name == PROJECT]
    same(len(found), 1)
    same([p.name for p in client.list_projects(name_contains="lient", limit=5)], [PROJECT])
    same(client.read_project(project_name=PROJECT).id, found[0].id)
    same(client.read_project(project_id=str(found[0].id)).name, PROJECT)
    same(client.read_project(project_name=PROJECT, include_stats=True).run_count, 15)
    same((client.has_project(PROJECT), client.has_project("nope")), (True, False))
    return found[0].id


def project_edits():
    made = client.create_project("made", description="d")
    same(client.read_project(project_name="made").description, "d")
    client.update_project(made.id, description="e")
    same(client.read_project(project_name="made").description, "e")
    client.delete_project(project_name="made")
    same(client.has_project("made"), False)


def all_runs():
    runs = list(client.list_runs(project_name=PROJECT))
    same(len(runs), 15)
    same(tree(run for run in runs if run.trace_id == first), TREE)


def fields():
    root = client.read_run(first)
    same((root.name, root.run_type, root.status, root.error), ("agent", "chain", "success", None))
    same(root.inputs, {"question": "héllo"})
    same(root.outputs, {"answer": "HÉLLO", "tokens": ["0", "1", "2"], "squares": [0, 1, 4]})
    same((root.tags, root.metadata["thread_id"]), (["top"], THREAD))
    same((root.parent_run_id, root.trace_id, str(root.id) in root.dotted_order), (None, first, True))
    if not datetime.timedelta() <= root.end_time - root.start_time < datetime.timedelta(minutes=5):
        raise AssertionError(f"{root.start_time} to {root.end_time}")
    below = {run.name: run for run in client.list_runs(trace_id=first)}
    same((below["model"].run_type, sorted(below["model"].tags)), ("llm", ["small", "top"]))
    same(below["model"].metadata["ls_model_name"], "tiny")
    same(below["model"].outputs, {"text": "HÉLLO", "usage_metadata": USAGE})
    same((below["model"].prompt_tokens, below["model"].completion_tokens, below["model"].total_tokens), (11, 7, 18))
    same((below["failing"].status, below["failing"].outputs), ("error", {"output": None}))
    if not below["failing"].error.startswith("ValueError('bad 1')"):
        raise AssertionError(below["failing"].error)
    same(below["tokens"].outputs, {"joined": "012"})


def pages():
    roots = [run.id for run in client.list_runs(project_name=PROJECT, is_root=True)]
    same(set(roots), {first, second, third})
    same([run.id for run in client.list_runs(project_name=PROJECT, is_root=True, limit=2)], roots[:2])
    same({run.id for run in client.list_runs(run_ids=[first, third])}, {first, third})


def filters():
    def found(**conditions):
        return names(client.list_runs(project_name=PROJECT, **conditions))

    since = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc)
    same(found(filter='eq(name, "tokens")', start_time=since), ["tokens", "tokens"])
    same(found(filter='and(has(tags, "small"), eq(run_type, "llm"))'), ["model", "model"])
    same(found(run_type="tool", error=True), ["failing", "failing"])
    same(found(trace_filter='eq(name, "with_file")'), ["with_file"])
    same(found(tree_filter='eq(name, "tokens")', is_root=True), ["agent", "agent"])
    same(found(query="héllo", run_type="llm"), ["model"])
    same(found(filter='eq(metadata_key, "thread_id")', is_root=True), ["agent", "agent"])
    same(found(parent_run_id=second), ["failing", "model", "pooled", "pooled", "pooled", "tokens"])
    fails(lambda: found(filter="eq(nmae, 1)"), langsmith.utils.LangSmithError)


def with_children():
    root = client.read_run(second, load_child_runs=True)
    same(names(root.child_runs), ["failing", "model", "pooled", "pooled", "pooled", "tokens"])


def files():
    attachments = client.read_run(third).attachments
    same(list(attachments), ["doc"])
    doc = attachments["doc"]
    same((doc["mime_type"], doc["reader"].read()), ("application/pdf", FILE))


def urls():
    run = client.read_run(first)
    if str(first) not in client.get_run_url(run=run) or not run.url:
        raise AssertionError(run.url)


def sharing():
    client.share_run(first)
    link = client.read_run_shared_link(first)
    same(client.run_is_shared(first), True)
    token = link.rstrip("/").split("/")[-2]
    same(client.read_shared_run(token).id, first)
    same(tree(client.list_shared_runs(token)), TREE)
    client.unshare_run(first)
    same(client.run_is_shared(first), False)


def feedback():
    client.create_feedback(first, "score", score=0.5, comment="so so", trace_id=first)
    client.flush()
    made = client.create_feedback(first, "thumbs", score=0)
    found = {one.key: one for one in client.list_feedback(run_ids=[first])}
    same(sorted(found), ["score", "thumbs"])
    same((found["score"].score, found["score"].comment, found["score"].run_id), (0.5, "so so", first))
    client.update_feedback(made.id, score=1, comment="better")
    again = client.read_feedback(made.id)
    same((again.score, again.comment), (1, "better"))
    same(client.read_run(first).feedback_stats["score"]["avg"], 0.5)
    same(names(client.list_runs(project_name=PROJECT, filter='eq(feedback_key, "score")')), ["agent"])
    client.delete_feedback(made.id)
    same([one.key for one in client.list_feedback(run_ids=[first])], ["score"])


def by_hand():
    run_id = uuid.uuid4()
    start = datetime.datetime.now(datetime.timezone.utc)
    client.create_run("by hand", {"a": 1}, "chain", id=run_id, project_name="other", start_time=start)
    client.update_run(run_id, outputs={"b": 2}, end_time=datetime.datetime.now(datetime.timezone.utc))
    client.flush()
    run = client.read_run(run_id)
    same((run.name, run.inputs, run.outputs, run.status), ("by hand", {"a": 1}, {"b": 2}, "success"))


def threads():
    same([thread["thread_id"] for thread in client.list_threads(project_name=PROJECT)], [THREAD])
    same([run.id for run in client.read_thread(thread_id=THREAD, project_name=PROJECT)], [first, second])


report.call("list_projects, read_project, has_project", projects)
report.call("create_project, update_project, delete_project", project_edits)
report.call("list_runs: names and parents of nested, streamed runs and of threads", all_runs)
report.call("read_run, list_runs(trace_id): fields", fields)
report.call("list_runs: limit, run_ids, is_root", pages)
report.call("list_runs: filter, trace_filter, tree_filter, query, error, run_type, parent_run_id", filters)
report.call("read_run(load_child_runs)", with_children)
report.call("read_run: unknown id", lambda: fails(lambda: client.read_run(UNKNOWN), langsmith.utils.LangSmithNotFoundError))
# 0.4.60 fetches no files of runs
if hasattr(client, "list_threads"):
    report.call("read_run: bytes and type of a file", files)
report.call("get_run_url, run.url", urls)
report.call("share_run, read_shared_run, list_shared_runs, unshare_run", sharing)
report.call("create_feedback, list, read, update, delete; feedback_stats", feedback)
report.call("create_run, update_run", by_hand)
report.call("get_run_stats", lambda: same(client.get_run_stats(project_names=[PROJECT])["run_count"], 15))
if hasattr(client, "list_threads"):
    report.call("list_threads, read_thread", threads)
report.end()
