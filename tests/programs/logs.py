"""The handlers of logging that send records over sockets, and what configures logging over one."""

from __future__ import annotations

import http.server
import json
import logging.config
import logging.handlers
import pickle
import socket
import struct
import sys
import tempfile
import threading
import urllib.parse
from typing import Any

print("on", socket.__name__)
UNIX = sys.platform != "win32"
logger = logging.getLogger("program")
logger.setLevel(logging.DEBUG)
logger.propagate = False


def log(handler: logging.Handler, number: int = 100) -> None:
    logger.addHandler(handler)
    for index in range(number):
        logger.info("record %d", index)
    logger.removeHandler(handler)
    handler.close()


def records_by_tcp(folder: str) -> None:
    for unix in (False, True) if UNIX else (False,):
        with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as listener:
            listener.bind(f"{folder}/records" if unix else ("127.0.0.1", 0))
            listener.listen()
            address = listener.getsockname()
            host, port = (address, None) if unix else address
            thread = threading.Thread(
                target=log, args=(logging.handlers.SocketHandler(host, port),)
            )
            thread.start()
            sock, _ = listener.accept()
            with sock, sock.makefile("rb") as file:
                for index in range(100):
                    (size,) = struct.unpack(">L", file.read(4))
                    record = logging.makeLogRecord(pickle.loads(file.read(size)))
                    assert record.getMessage() == f"record {index}"
                assert file.read() == b""
            thread.join()


def records_by_udp() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.settimeout(20)
        sock.bind(("127.0.0.1", 0))
        log(logging.handlers.DatagramHandler(*sock.getsockname()), 20)
        for index in range(20):
            record = logging.makeLogRecord(pickle.loads(sock.recv(65536)[4:]))
            assert record.getMessage() == f"record {index}"


def syslog(folder: str) -> None:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM) if UNIX else ():
        path = f"{folder}/log{int(kind)}"
        with socket.socket(socket.AF_UNIX, kind) as sock:
            sock.settimeout(20)
            sock.bind(path)
            if kind == socket.SOCK_STREAM:
                sock.listen()
                log(logging.handlers.SysLogHandler(path, socktype=kind))
                conn, _ = sock.accept()
                with conn, conn.makefile("rb") as file:
                    assert file.read() == b"".join(b"<14>record %d\0" % i for i in range(100))
            else:
                # Without a type it finds out by itself, and the queue is a short one.
                thread = threading.Thread(target=log, args=(logging.handlers.SysLogHandler(path),))
                thread.start()
                for index in range(100):
                    assert sock.recv(1000) == b"<14>record %d\0" % index
                thread.join()
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.settimeout(20)
        sock.bind(("127.0.0.1", 0))
        log(logging.handlers.SysLogHandler(sock.getsockname()), 20)
        assert [sock.recv(1000) for _ in range(20)][-1] == b"<14>record 19\0"


def by_http() -> None:
    paths = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        log(logging.handlers.HTTPHandler(f"127.0.0.1:{server.server_address[1]}", "/log"), 10)
        server.shutdown()
        thread.join()
    messages = [urllib.parse.parse_qs(path.partition("?")[2])["args"] for path in paths]
    assert messages == [[f"({index},)"] for index in range(10)], messages


def configured() -> None:
    """What tells a running program how to log; its port is chosen by us."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    server = logging.config.listen(port)
    server.start()
    server.ready.wait()
    configuration = {"version": 1, "loggers": {"told": {"level": "ERROR"}}}
    data = json.dumps({**configuration, "disable_existing_loggers": False}).encode()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        sock.sendall(struct.pack(">L", len(data)) + data)
        sock.shutdown(socket.SHUT_WR)
        assert sock.recv(1) == b""
    logging.config.stopListening()
    server.join()
    assert logging.getLogger("told").level == logging.ERROR


with tempfile.TemporaryDirectory() as temporary:
    records_by_tcp(temporary)
    syslog(temporary)
records_by_udp()
by_http()
configured()
print("done")
