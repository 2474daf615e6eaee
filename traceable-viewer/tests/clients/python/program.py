"""The program that every Python client traces: nested, on threads, streamed, failing, with a file and feedback."""

import uuid
from concurrent.futures import wait

from langsmith import Client, traceable
from langsmith.schemas import Attachment
from langsmith.utils import ContextThreadPoolExecutor

PROJECT = "clients"
THREAD = "t1"
TALK = "talk"
FILE = bytes(range(256)) * 4
USAGE = {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18}


@traceable(run_type="llm", tags=["small"], metadata={"ls_model_name": "tiny"})
def model(prompt: str) -> dict:
    return {"text": prompt.upper(), "usage_metadata": USAGE}


@traceable(run_type="tool")
def failing(n: int) -> int:
    raise ValueError(f"bad {n}")


@traceable(reduce_fn=lambda items: {"joined": "".join(items)})
def tokens(n: int):
    for at in range(n):
        yield str(at)


@traceable
def pooled(n: int) -> int:
    return n * n


@traceable(tags=["top"])
def agent(question: str) -> dict:
    answer = model(question)
    try:
        failing(1)
    except ValueError:
        pass
    with ContextThreadPoolExecutor(max_workers=2) as pool:
        jobs = [pool.submit(pooled, n) for n in range(3)]
        wait(jobs)
    return {"answer": answer["text"], "tokens": list(tokens(3)), "squares": [job.result() for job in jobs]}


@traceable
def with_file(doc: Attachment, question: str) -> str:
    return question


@traceable(run_type="llm")
def chat(messages: list) -> dict:
    return {"choices": [{"message": {"role": "assistant", "content": "A fine answer."}}]}


# the runs of `agent`: name and parent, by name
TREE = sorted([("agent", None), ("failing", "agent"), ("model", "agent"), ("tokens", "agent")] + [("pooled", "agent")] * 3)


def new_id() -> uuid.UUID:
    try:
        from langsmith import uuid7

        return uuid.UUID(str(uuid7()))
    except ImportError:
        return uuid.uuid4()


def send(client: Client) -> tuple:
    """Runs it twice in one thread, and `with_file` once; returns the ids of the three roots."""
    ids = [new_id() for _ in range(3)]
    for run_id, question in zip(ids, ["héllo", "again"]):
        extra = {"client": client, "run_id": run_id, "project_name": PROJECT, "metadata": {"thread_id": THREAD}}
        agent(question, langsmith_extra=extra)
    extra = {"client": client, "run_id": ids[2], "project_name": PROJECT}
    with_file(Attachment(mime_type="application/pdf", data=FILE), "what?", langsmith_extra=extra)
    client.flush()
    return tuple(ids)


def send_talk(client: Client) -> None:
    """A thread of messages, for clients that read messages alone."""
    extra = {"client": client, "project_name": PROJECT, "metadata": {"thread_id": TALK}}
    chat([{"role": "user", "content": "A hard question?"}], langsmith_extra=extra)
    client.flush()
