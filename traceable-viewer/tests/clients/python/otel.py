"""The SDK's OTel mode and hybrid mode: what is sent by OTLP, by the older way, or by both, is there once."""

import time

from langsmith import Client

from program import PROJECT, agent
from report import Report, same

report = Report()
client = Client()
agent("héllo", langsmith_extra={"client": client, "project_name": PROJECT})
client.flush()
if client.otel_exporter is not None:
    from opentelemetry import trace

    trace.get_tracer_provider().force_flush()

NAMES = ["agent", "failing", "model", "pooled", "pooled", "pooled", "tokens"]


def arrived() -> list:
    deadline = time.monotonic() + 60
    while True:
        runs = list(client.list_runs(project_name=PROJECT)) if client.has_project(PROJECT) else []
        if len(runs) >= len(NAMES) or time.monotonic() > deadline:
            return runs
        time.sleep(0.2)


def tree() -> None:
    arrived()
    # spans come up to some seconds after the runs
    time.sleep(6)
    runs = arrived()
    same(sorted(run.name for run in runs), NAMES)
    root = next(run for run in runs if run.name == "agent")
    same({run.trace_id for run in runs}, {root.trace_id})
    same({run.parent_run_id for run in runs if run.name != "agent"}, {root.id})
    same((root.inputs, root.outputs["squares"]), ({"question": "héllo"}, [0, 1, 4]))
    model = next(run for run in runs if run.name == "model")
    same((model.run_type, model.metadata["ls_model_name"], "small" in model.tags), ("llm", "tiny", True))
    failing = next(run for run in runs if run.name == "failing")
    same((failing.status, "bad 1" in failing.error), ("error", True))


report.call("list_runs: the tree of runs, each once", tree)
report.end()
