"""A program traced with LangSmith's own SDK, unchanged; the endpoint comes from the environment."""

import asyncio
import sys
import threading
import uuid
import warnings

from langsmith import Client, traceable
from langsmith.run_trees import RunTree
from langsmith.schemas import Attachment
from langsmith.utils import ContextThreadPoolExecutor

client = Client()


@traceable(run_type="llm", tags=["demo"], metadata={"model": "tiny"})
def model(prompt: str) -> dict:
    return {"text": prompt.upper(), "usage_metadata": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}}


@traceable(run_type="tool")
def failing(n: int) -> int:
    raise ValueError(f"bad {n}")


@traceable(reduce_fn=lambda items: {"joined": "".join(items)})
def tokens(n: int):
    for at in range(n):
        model(str(at))
        yield str(at)


@traceable
def with_file(image: Attachment, question: str) -> str:
    return question


@traceable
async def async_child(x: int) -> int:
    await asyncio.sleep(0.01)
    return x


@traceable
async def async_parent() -> list:
    return await asyncio.gather(async_child(1), async_child(2))


@traceable
def pooled(n: int) -> int:
    return n


@traceable
def parent(question: str) -> dict:
    answer = model(question)
    try:
        failing(1)
    except ValueError:
        pass
    with ContextThreadPoolExecutor(max_workers=2) as pool:
        sums = list(pool.map(pooled, range(3)))
    return {"answer": answer["text"], "tokens": list(tokens(2)), "sums": sums, "odd": float("nan")}


def main() -> None:
    extra = {"client": client}
    parent("héllo", langsmith_extra=extra)
    with_file(Attachment(mime_type="image/png", data=b"\x89PNG\r\n\x1a\n"), "what?", langsmith_extra=extra)
    asyncio.run(async_parent(langsmith_extra=extra))

    def burst(name: str) -> None:
        for _ in range(20):
            model(name, langsmith_extra={"client": client, "name": "burst"})

    threads = [threading.Thread(target=burst, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # one by one, without the background queue
    direct = Client(auto_batch_tracing=False)
    tree = RunTree(name="by hand", inputs={"q": 1}, client=direct)
    tree.post()
    child = tree.create_child("child", run_type="tool", inputs={"p": 2})
    child.post()
    child.end(error="oops")
    child.patch()
    tree.end(outputs={"o": 3})
    tree.patch()

    # the SDK would rather be told the project's id, which this server has no route for yet
    warnings.filterwarnings("ignore", message="Creating feedback")
    run_id = uuid.UUID(str(tree.id))
    client.create_feedback(run_id=run_id, trace_id=run_id, key="good", score=1, comment="fine")
    client.flush()
    direct.flush()


if __name__ == "__main__":
    sys.exit(main())
