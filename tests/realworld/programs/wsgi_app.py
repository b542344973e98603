"""A WSGI application: /module, /noise/SIZE/SEED, and POST, which gets the digest of its body."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any, Callable

import gunicorn.sock
from common import digest, noise

assert gunicorn.sock.socket is socket


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "POST":
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        data = digest(body).encode()
    elif environ["PATH_INFO"] == "/module":
        kind = type(environ["gunicorn.socket"])
        data = f"{socket.__name__} {kind.__module__}".encode()
    else:
        _, _, size, seed = environ["PATH_INFO"].split("/")
        data = noise(int(size), seed)
    start_response("200 OK", [("Content-Length", str(len(data)))])
    return [data]
