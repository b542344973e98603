"""Works with http_server.py by requests: URL CERTIFICATE."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import requests
import urllib3.connection
from common import count, digest, in_threads, is_ours, noise, tell

URL, CERTIFICATE = sys.argv[1], sys.argv[2]

kinds: set[bool] = set()
connect = urllib3.connection.HTTPConnection._new_conn


def connect_and_look(self: urllib3.connection.HTTPConnection) -> object:
    sock = connect(self)
    kinds.add(is_ours(sock))
    return sock


urllib3.connection.HTTPConnection._new_conn = connect_and_look


@contextmanager
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.verify = CERTIFICATE
        made.trust_env = False
        yield made


def many(rounds: int) -> None:
    """One connection, request after request."""
    with session() as client:
        for index in range(rounds):
            size = index * 37 % 20_000
            kind = "chunks" if index % 5 == 0 else "noise"
            answer = client.get(f"{URL}/{kind}/{size}/{index}", timeout=20)
            assert answer.content == noise(size, index)
            count(1, size)


def big() -> None:
    """Megabytes in both directions, as a whole and in parts."""
    size = 10_000_000
    data = noise(size)
    with session() as client:
        assert digest(client.get(f"{URL}/noise/{size}/0", timeout=20).content) == digest(data)
        with client.get(f"{URL}/chunks/{size}/0", timeout=20, stream=True) as answer:
            assert b"".join(answer.iter_content(100_000)) == data
        assert client.post(f"{URL}/", data=data, timeout=20).text == digest(data)
    count(3, 3 * size)


def impatient() -> None:
    with session() as client:
        for _ in range(3):
            try:
                client.get(f"{URL}/slow", timeout=0.2)
            except requests.exceptions.ReadTimeout:
                count(1)
            else:
                raise AssertionError("the timeout passed unnoticed")
        assert client.get(f"{URL}/slow", timeout=20).content == noise(1)


def suspicious() -> None:
    """A certificate that nobody vouches for is refused, and so is one of another host."""
    with session() as client:
        client.verify = True
        for url in (URL, URL.replace("localhost", "127.0.0.2")):
            try:
                client.get(f"{url}/noise/1/1", timeout=20)
            except (requests.exceptions.SSLError, requests.exceptions.ConnectionError) as error:
                assert "127.0.0.2" in url or "CERTIFICATE_VERIFY_FAILED" in str(error), error
                count(1)
            else:
                raise AssertionError(f"{url} was trusted")


many(600)
big()
in_threads(6, lambda _: many(60))
impatient()
if URL.startswith("https"):
    suspicious()
assert kinds == {True}, kinds
tell()
