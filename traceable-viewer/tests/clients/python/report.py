"""What a script of this folder prints: a line for each call, `ok` or `FAILED`."""

import sys
import traceback


class Report:
    def __init__(self) -> None:
        self.failed = 0

    def call(self, name, check):
        """Calls a client, compares what it gives, and prints how that went. Returns what `check` returns."""
        try:
            result = check()
        except Exception:
            self.failed += 1
            print(f"FAILED | {name} | {traceback.format_exc()}")
            return None
        print(f"ok | {name}")
        return result

    def end(self) -> None:
        sys.exit(1 if self.failed else 0)


def same(found, expected) -> None:
    if found != expected:
        raise AssertionError(f"found {found!r}, expected {expected!r}")
