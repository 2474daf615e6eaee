"""`langsmith-mcp-server`, over stdio, tells what the SDK beside it has sent."""

import asyncio
import json
import os
import pathlib
import sys

from langsmith import Client
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from program import PROJECT, TALK, send, send_talk
from report import Report, same

report = Report()
sender = Client()
first, second, _ = map(str, send(sender))
send_talk(sender)


async def main() -> None:
    program = str(pathlib.Path(sys.executable).parent / "langsmith-mcp-server")
    server = StdioServerParameters(command=program, env=dict(os.environ))
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        await session.initialize()

        async def told(tool: str, arguments: dict):
            answer = await session.call_tool(tool, arguments)
            text = "".join(part.text for part in answer.content)
            if answer.isError:
                raise AssertionError(text)
            found = json.loads(text)
            if isinstance(found, dict) and "error" in found:
                raise AssertionError(text)
            return found

        async def tools() -> None:
            same({"fetch_runs", "get_thread_history", "list_projects"} <= {t.name for t in (await session.list_tools()).tools}, True)

        async def projects() -> None:
            found = await told("list_projects", {"limit": 5, "project_name": PROJECT})
            same([project["name"] for project in found["projects"]], [PROJECT])

        async def runs() -> None:
            # it fails at files that are no text, so the run with one is left out
            agents = {"project_name": PROJECT, "limit": 10, "is_root": "true", "filter": 'eq(name, "agent")'}
            same({run["id"] for run in (await told("fetch_runs", agents))["runs"]}, {first, second})
            below = await told("fetch_runs", {"project_name": PROJECT, "limit": 50, "trace_id": first})
            same(len(below["runs"]), 7)

        async def filtered() -> None:
            slow = {"project_name": PROJECT, "limit": 10, "is_root": "true", "filter": 'gt(latency, "5m")'}
            same((await told("fetch_runs", slow))["runs"], [])
            llm = {"project_name": PROJECT, "limit": 20, "run_type": "llm", "error": "false"}
            found = await told("fetch_runs", {**llm, "trace_filter": 'has(tags, "top")', "order_by": "-start_time"})
            same([run["name"] for run in found["runs"]], ["model", "model"])

        async def history() -> None:
            arguments = {"thread_id": TALK, "project_name": PROJECT, "page_number": 1}
            found = json.dumps(await told("get_thread_history", arguments))
            same(("A hard question?" in found, "A fine answer." in found), (True, True))

        checks = [
            ("tools/list", tools),
            ("list_projects", projects),
            ("fetch_runs: roots, one trace", runs),
            ("fetch_runs: filter, trace_filter, run_type, error", filtered),
            ("get_thread_history", history),
        ]
        for name, check in checks:
            try:
                await check()
            except Exception as error:
                report.call(f"mcp {name}", lambda error=error: (_ for _ in ()).throw(error))
            else:
                report.call(f"mcp {name}", lambda: None)


asyncio.run(main())
report.end()
