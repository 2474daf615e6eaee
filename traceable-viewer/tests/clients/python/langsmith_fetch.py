"""`langsmith-fetch` writes what the SDK beside it has sent."""

import json
import pathlib
import subprocess
import sys
import tempfile

from langsmith import Client

from program import PROJECT, TALK, THREAD, send, send_talk
from report import Report, same

client = Client()
report = Report()
first, second, third = map(str, send(client))
client.create_feedback(first, "score", score=0.5, trace_id=first)
client.flush()
send_talk(client)
project = str(client.read_project(project_name=PROJECT).id)
folder = pathlib.Path(tempfile.mkdtemp())


def fetch(*arguments) -> str:
    program = pathlib.Path(sys.executable).parent / "langsmith-fetch"
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise AssertionError(f"exit code {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def trace() -> None:
    fetch("trace", first, "--format", "raw")
    found = json.loads(fetch("trace", first, "--format", "raw", "--include-metadata", "--include-feedback"))
    same(found["trace_id"], first)
    same(found["metadata"]["status"], "success")
    # it asks for feedback only if these are numbers, which LangSmith's are not
    same(found["metadata"]["feedback_stats"]["score"]["avg"], 0.5)


def traces() -> None:
    fetch("traces", str(folder / "all"), "--limit", "4", "--project-uuid", project, "--no-progress")
    found = {file.stem for file in (folder / "all").iterdir()}
    same((len(found), {first, second, third} <= found), (4, True))
    fetch("traces", str(folder / "new"), "--limit", "1", "--last-n-minutes", "30", "--project-uuid", project)
    same(len(list((folder / "new").iterdir())), 1)


def threads() -> None:
    fetch("threads", str(folder / "threads"), "--limit", "2", "--project-uuid", project, "--no-progress")
    same({file.stem for file in (folder / "threads").iterdir()}, {THREAD, TALK})


def thread() -> None:
    # it breaks lines anywhere
    found = " ".join(fetch("thread", TALK, "--project-uuid", project, "--format", "raw").split())
    same(("A hard question?" in found, "A fine answer." in found), (True, True))


report.call("langsmith-fetch trace, with metadata and feedback", trace)
report.call("langsmith-fetch traces", traces)
report.call("langsmith-fetch threads", threads)
report.call("langsmith-fetch thread", thread)
report.end()
