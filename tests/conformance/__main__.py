"""``python -m tests.conformance [MODULE...]``: the running interpreter's own tests as referee.

Runs test modules of the interpreter's standard library (by default test.test_socket and
test.test_timeout) twice, with cffisock in place of socket and _socket and with the
interpreter's own, and prints how both fared.  The exit status is 0 if on cffisock nothing
fails, nothing hangs that does not hang on the interpreter's own module too, and nothing is
skipped that runs there; deviations.txt lists what may deviate, and why.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import cffisock

HERE = Path(__file__).parent
MODULES = ["test.test_socket", "test.test_timeout"]
BAD = ("failed", "error", "hung", "crashed")

Outcomes = dict[str, tuple[str, str]]


def interpreter() -> str:
    """A name such as cpython-3.13 or pypy-3.9."""
    return f"{sys.implementation.name}-{sys.version_info[0]}.{sys.version_info[1]}"


def deviations() -> list[str]:
    """The patterns of the tests that may fail on this interpreter."""
    patterns = []
    for line in (HERE / "deviations.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            which, test, _reason = line.split(None, 2)
            if fnmatch.fnmatch(interpreter(), which):
                patterns.append(test)
    return patterns


def read_report(path: Path) -> tuple[Outcomes, str | None]:
    """The outcome of each test by its name, the worst of several, and the one that never ended."""
    outcomes: Outcomes = {}
    running = None
    for line in path.read_text(encoding="utf-8").splitlines():
        name, outcome, text = json.loads(line)
        if outcome == "started":
            running = name
            continue
        if name == running:
            running = None
        if outcomes.get(name, ("",))[0] not in BAD:
            outcomes[name] = (outcome, text)
    return outcomes, running


def vsock_reaches_itself() -> bool:
    """Whether this kernel connects AF_VSOCK sockets to its own address, if it has that family."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        with open("/dev/vsock", "rb") as device:
            answer = fcntl.ioctl(device, cffisock.IOCTL_VM_SOCKETS_GET_LOCAL_CID, bytes(4))
        cid = int.from_bytes(answer, sys.byteorder)
        with cffisock.create_server((cid, 0), family=cffisock.AF_VSOCK) as listener:
            with cffisock.socket(cffisock.AF_VSOCK) as client:
                client.settimeout(2)
                client.connect((cid, listener.getsockname()[1]))
        return True
    except OSError:
        return False


def run(which: str, module: str, only: list[str], left_out: list[str], limit: float) -> Outcomes:
    """Runs ``module``; a test that takes ``limit`` seconds has hung, and the rest goes on."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        report = Path(folder, "report")
        report.touch()
        wanted = {"which": which, "module": module, "report": str(report), "only": only}
        stuck: Outcomes = {}
        while True:
            outcomes, _ = read_report(report)
            wanted["left_out"] = [*left_out, *outcomes, *stuck]
            ended = watch(wanted, report, limit)
            outcomes, running = read_report(report)
            if running is None:
                if ended != 0:
                    stuck[module] = ("crashed", f"exit status {ended}")
                return {**outcomes, **stuck}
            stuck[running] = ("hung" if ended is None else "crashed", f"exit status {ended}")


def watch(wanted: dict[str, Any], report: Path, limit: float) -> int | None:
    """Runs child.py to its end: its exit status, None where no test ended within ``limit``."""
    is_root = sys.platform != "win32" and os.geteuid() == 0
    # What would ask other hosts is left out on Windows.
    request = json.dumps({**wanted, "network": is_root or sys.platform == "win32"})
    command = [sys.executable, "-m", "tests.conformance.child", request]
    if is_root:
        command = [sys.executable, str(HERE / "namespace.py"), *command]
        if os.environ.get("CFFISOCK_VM") != "1":
            # The VM has no other network, and some families live in its first namespace only.
            command = ["unshare", "--net", "--mount", "--propagation", "unchanged", *command]
    with report.with_name("output").open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=HERE.parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        size = -1
        while True:
            try:
                return process.wait(limit)
            except subprocess.TimeoutExpired:
                grown = report.stat().st_size
                if grown == size:
                    end(process)
                    process.wait()
                    return None
                size = grown


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process, and those that it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


def count(outcomes: Outcomes, *kinds: str) -> int:
    """How many of the tests had one of these outcomes."""
    return sum(outcome in kinds for outcome, _ in outcomes.values())


def judge(ours: Outcomes, own: Outcomes, allowed: list[str]) -> list[str]:
    """What is wrong with our outcomes beside the interpreter's own, a line each."""
    wrong = []
    for name, (outcome, text) in sorted(ours.items()):
        their_outcome = own.get(name, ("absent",))[0]
        if any(fnmatch.fnmatch(name, pattern) for pattern in allowed):
            continue
        if outcome == "hung" and their_outcome == "hung":
            continue
        if outcome in BAD or (outcome == "skipped" and their_outcome == "passed"):
            wrong.append(f"{outcome.upper()} {name} (own: {their_outcome})\n{text.rstrip()}\n")
    wrong += [
        f"NOT RUN {name} (own: passed)"
        for name in sorted(set(own) - set(ours))
        if own[name][0] == "passed"
    ]
    return wrong


def table_row(label: str, outcomes: Outcomes) -> str:
    """One line of counts."""
    kinds = [("failed",), ("error", "crashed"), ("skipped",), ("hung",)]
    counts = [len(outcomes), *(count(outcomes, *kind) for kind in kinds)]
    return f"{label:44}" + "".join(f"{number:9}" for number in counts)


def skipped(outcomes: Outcomes) -> list[str]:
    """How many tests were skipped, for each reason."""
    reasons = Counter(text for outcome, text in outcomes.values() if outcome == "skipped")
    return [f"    {number:4} skipped: {reason}" for reason, number in reasons.most_common()]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", default=MODULES)
    parser.add_argument("--limit", type=float, default=90, help="seconds for one test")
    parser.add_argument(
        "-k", dest="only", action="append", metavar="WORD", help="only tests with it in their names"
    )
    parser.add_argument("--skipped", action="store_true", help="show why tests were skipped")
    options = parser.parse_args()
    print(f"{interpreter()}, {platform.python_implementation()} {sys.version.split()[0]}")
    print(
        f"{'':44}"
        + "".join(f"{word:>9}" for word in ("ran", "failed", "errors", "skipped", "hung"))
    )
    allowed = deviations()
    only = [f"*{word}*" for word in options.only or [""]]
    left_out = ["*.TCPTimeoutTestCase.*"] if sys.platform == "win32" else []
    if not vsock_reaches_itself():
        # The module then waits for ever for a connection, or skips it: the VM has one.
        left_out = ["*.ThreadedVSOCKSocketStreamTest.*"]
        print("left out, since AF_VSOCK does not reach itself on this kernel:", *left_out)
    wrong: list[str] = []
    for module in options.modules:
        own = run("own", module, only, left_out, options.limit)
        print(table_row(f"{module}, own socket", own), flush=True)
        ours = run("cffisock", module, only, left_out, options.limit)
        print(table_row(f"{module}, cffisock", ours), flush=True)
        if options.skipped:
            print(*skipped(ours), sep="\n")
        wrong += judge(ours, own, allowed)
        if not count(ours, "passed"):
            wrong.append(f"{module}: no test passed")
    print(*wrong, sep="\n")
    print(f"{len(wrong)} deviations from the interpreter's own socket")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
