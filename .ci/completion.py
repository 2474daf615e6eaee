#!/usr/bin/env python3
"""Asks rust-analyzer to complete what stands in `#[traceable(..)]`, also where it is half written.

Usage: completion.py WORKSPACE DIRECTORY; a fixture is made below DIRECTORY. `rust-analyzer` must be in the path
(`rustup component add rust-analyzer`).
"""

import json
import pathlib
import subprocess
import sys

# the cursor is at `|`; then what must be offered, and what must not
CASES = [
    ("#[traceable(|)]\nfn f(query: u8) {}", ["name", "run_type", "skip"], ["methods", "self"]),
    ("#[traceable(na|)]\nfn f(query: u8) {}", ["name"], []),
    ('#[traceable(name = "x", ru|)]\nasync fn f(query: u8) {}', ["run_type", "custom_run_type"], []),
    ('#[traceable(name = , ru|)]\nfn f(query: u8) {}', ["run_type"], []),
    ('#[traceable(nmae = "x", re|)]\nfn f() -> impl Iterator<Item = u8> { 0..3 }', ["reduce"], []),
    ("#[traceable(skip(qu|))]\nfn f(query: u8) {}", ["query"], []),
    ("struct A;\n#[traceable(me|)]\nimpl A { fn f(&self) {} }", ["methods", "metadata"], ["name"]),
    ("struct A;\nimpl A {\n#[traceable(sk|)]\nfn f(&self) {} }", ["skip", "skip_all", "skip_output"], []),
    ("struct A;\n#[traceable]\nimpl A {\n#[traceable(ta|)]\nfn f(&self) {} }", ["tags"], []),
    # the body is the user's own, whatever stands in the attribute
    ("#[traceable(na)]\nfn f(query: String) { query.le| }", ["len"], []),
]


class Server:
    def __init__(self, root):
        self.process = subprocess.Popen(["rust-analyzer"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.last = 0
        self.is_ready = False

    def send(self, **message):
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self.process.stdin.flush()

    def read(self):
        length = 0
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if not length:
            sys.exit("rust-analyzer ended")
        message = json.loads(self.process.stdout.read(length))
        if message.get("method") == "experimental/serverStatus":
            self.is_ready = message["params"]["quiescent"]
        elif "method" in message and "id" in message:
            self.send(id=message["id"], result=[None] if "configuration" in message["method"] else None)
        return message

    def request(self, method, **params):
        self.last += 1
        self.send(id=self.last, method=method, params=params or None)
        while True:
            message = self.read()
            if message.get("id") == self.last and "method" not in message:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]

    def notify(self, method, **params):
        self.send(method=method, params=params)


def main():
    workspace, root = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    (root / "src").mkdir(parents=True, exist_ok=True)
    (root / "Cargo.toml").write_text(
        '[package]\nname = "fixture"\nversion = "0.0.0"\nedition = "2024"\n\n'
        f'[dependencies]\ntraceable = {{ path = "{workspace}" }}\n\n[workspace]\n'
    )
    (root / "Cargo.lock").write_bytes((workspace / "Cargo.lock").read_bytes())
    source = root / "src/lib.rs"
    source.write_text("")
    uri = source.as_uri()

    server = Server(root)
    server.request(
        "initialize",
        processId=None,
        rootUri=root.as_uri(),
        capabilities={"experimental": {"serverStatusNotification": True}},
        initializationOptions={"checkOnSave": False, "cachePriming": {"enable": False}},
    )
    server.notify("initialized")
    server.notify("textDocument/didOpen", textDocument={"uri": uri, "languageId": "rust", "version": 0, "text": ""})
    while not server.is_ready:
        server.read()

    failed = 0
    for version, (text, wanted, unwanted) in enumerate(CASES, 1):
        text = "use traceable::traceable;\n" + text
        before = text[: text.index("|")]
        server.notify(
            "textDocument/didChange",
            textDocument={"uri": uri, "version": version},
            contentChanges=[{"text": text.replace("|", "", 1)}],
        )
        answer = server.request(
            "textDocument/completion",
            textDocument={"uri": uri},
            position={"line": before.count("\n"), "character": len(before.split("\n")[-1])},
        )
        items = answer["items"] if isinstance(answer, dict) else answer or []
        offered = {item.get("filterText", item["label"]) for item in items}
        missing = [name for name in wanted if name not in offered]
        wrong = [name for name in unwanted if name in offered]
        if missing or wrong:
            print(f"{text}\n  misses {missing}, offers {wrong} of {sorted(offered)}")
        failed += bool(missing or wrong)
    server.request("shutdown")
    server.notify("exit")
    server.process.wait()
    if failed:
        sys.exit(f"{failed} of {len(CASES)} completions failed")
    print(f"{len(CASES)} completions are as they should be")


main()
