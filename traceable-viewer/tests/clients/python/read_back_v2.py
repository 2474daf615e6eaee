"""What LangSmith's Python SDK has sent is read back by the second version of the API: the clients since 0.11."""

import asyncio

from langsmith import Client

from program import PROJECT, THREAD, send
from report import Report, same

report = Report()
sender = Client()
first, second, third = map(str, send(sender))
project = str(sender.read_project(project_name=PROJECT).id)
client = sender


async def listed(pages) -> list:
    return [item async for item in pages]


def call(name, check) -> None:
    report.call(name, lambda: asyncio.run(check()))


async def queried():
    found = await listed(client.runs.query(project_ids=[project], selects=["ID", "NAME", "INPUTS"], page_size=4))
    same(len(found), 15)
    same(len({run.id for run in found}), 15)
    roots = await listed(
        client.runs.query(project_ids=[project], selects=["ID"], is_root=True, filter='eq(name, "agent")')
    )
    same({run.id for run in roots}, {first, second})


async def retrieved():
    selects = ["ID", "NAME", "RUN_TYPE", "PROJECT_ID", "METADATA", "INPUTS", "OUTPUTS", "TAGS", "STATUS"]
    run = await client.runs.retrieve(first, project_id=project, selects=selects)
    same((run.id, run.name, str(run.project_id), run.inputs), (first, "agent", project, {"question": "héllo"}))
    same((run.outputs["squares"], run.tags, run.metadata["thread_id"]), ([0, 1, 4], ["top"], THREAD))


async def url():
    same(first in (await client.runs.get_url(first, project_id=project, trace_id=first)).url, True)


async def traces():
    found = await listed(client.traces.query(project_id=project, selects=["ID", "NAME", "TOTAL_TOKENS"]))
    same(len(found), 3)
    runs = await client.traces.list_runs(first, project_id=project, selects=["ID", "NAME"])
    same(len(runs.items), 7)


async def threads():
    same([thread.thread_id for thread in await listed(client.threads.query(project_id=project))], [THREAD])
    found = await listed(client.threads.list_traces(THREAD, project_id=project, selects=["TRACE_ID", "NAME"]))
    same({trace.trace_id for trace in found}, {first, second})
    stats = await client.threads.stats(THREAD, session_id=project, selects=["TURNS", "TOTAL_TOKENS"])
    same((stats.turns, stats.total_tokens), (2, 36))


async def sharing():
    shared = await client.runs.share.create(first, session_id=project, trace_id=first)
    found = await client.public.runs.query(shared.share_token, selects=["ID", "NAME"])
    same(len(found.items), 7)
    await client.runs.share.delete(first, session_id=project)


async def sessions():
    found = await listed(client.sessions.list_v2())
    same(PROJECT in [session.name for session in found], True)
    same((await client.sessions.retrieve_v2(project)).name, PROJECT)


call("v2 runs.query: pages, filter", queried)
call("v2 runs.retrieve", retrieved)
call("v2 runs.get_url", url)
call("v2 traces.query, traces.list_runs", traces)
call("v2 threads.query, list_traces, stats", threads)
call("v2 runs.share.create, public.runs.query, share.delete", sharing)
if hasattr(client, "sessions"):
    call("v2 sessions.list_v2, retrieve_v2", sessions)
report.end()
