"""Hostile peers: bytes that are no TLS, before a handshake, in it, and after it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .support import IS_PYPY, python
from .tls_peer import make_certificate

# What a handshake may come to: always one of TLS's own exceptions.
FAILURES = {"SSLError", "SSLEOFError", "SSLZeroReturnError", "SSLCertVerificationError"}


def told(which: str, folder: Path) -> Any:
    # PyPy's own library leaves sockets to the collector, which come with a warning each.
    strict = ["-W", "ignore"] if IS_PYPY and which == "own" else ["-W", "error"]
    done = python(*strict, "-m", "tests.tls_garbage", which, str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_what_is_no_tls(tmp_path: Path) -> None:
    """As with the interpreter's own sockets; the socket is closed, and no descriptor is left."""
    make_certificate(tmp_path / "server.pem", "localhost")
    ours, theirs = (told(which, tmp_path) for which in ("cffisock", "own"))
    assert ours.pop("left open") == theirs.pop("left open") == []
    assert ours.pop("usable afterwards") == theirs.pop("usable afterwards")
    assert len(ours) > 600
    assert {case: each for case, each in ours.items() if each != theirs[case]} == {}
    for case, each in ours.items():
        if not case.startswith("later"):
            assert each[0] in FAILURES, case
            assert each[1], case
