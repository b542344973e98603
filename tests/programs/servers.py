"""socketserver in all its kinds, http.server with its clients, XML-RPC."""

from __future__ import annotations

import http.client
import http.server
import os
import socket
import socketserver
import sys
import tempfile
import threading
import urllib.error
import urllib.request
import xmlrpc.client
import xmlrpc.server
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

print("on", socket.__name__)
DATA = os.urandom(1_000_000)


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    """Serves in a thread."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address
        finally:
            server.shutdown()
            thread.join()


class Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        # A server that forks has the client's end as well, and sees no end of the stream.
        while (line := self.rfile.readline()) not in {b"", b"end\n"}:
            self.wfile.write(line)


class Reverse(socketserver.DatagramRequestHandler):
    def handle(self) -> None:
        self.wfile.write(self.rfile.read()[::-1])


def streams(folder: str) -> None:
    kinds: list[Any] = [socketserver.TCPServer, socketserver.ThreadingTCPServer]
    if sys.platform != "win32":
        kinds += [
            socketserver.ForkingTCPServer,
            socketserver.UnixStreamServer,
            socketserver.ThreadingUnixStreamServer,
        ]
    for kind in kinds:
        is_unix = "Unix" in kind.__name__
        address = f"{folder}/{kind.__name__}" if is_unix else ("127.0.0.1", 0)
        with serving(kind(address, Echo)) as found:
            for _ in range(5):
                with socket.socket(kind.address_family) as sock:
                    sock.settimeout(20)
                    sock.connect(found)
                    with sock.makefile("rwb") as file:
                        for index in range(50):
                            line = DATA[index : 100 * index].hex().encode() + b"\n"
                            file.write(line)
                            file.flush()
                            assert file.readline() == line
                        file.write(b"end\n")
                        file.flush()
                        assert file.read() == b""


def datagrams(folder: str) -> None:
    kinds: list[Any] = [socketserver.UDPServer, socketserver.ThreadingUDPServer]
    if sys.platform != "win32":
        kinds.append(socketserver.UnixDatagramServer)
    for kind in kinds:
        is_unix = "Unix" in kind.__name__
        address = f"{folder}/{kind.__name__}" if is_unix else ("127.0.0.1", 0)
        with serving(kind(address, Reverse)) as found:
            with socket.socket(kind.address_family, socket.SOCK_DGRAM) as sock:
                sock.settimeout(20)
                sock.bind(f"{folder}/{kind.__name__}-client" if is_unix else ("127.0.0.1", 0))
                for index in range(100):
                    sock.sendto(b"%d" % index, found)
                    data, sender = sock.recvfrom(100)
                    assert data == (b"%d" % index)[::-1]
                    assert sender == found, sender


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        size = int(self.path.rpartition("/")[2])
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(DATA[:size])

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(data), 100_000):
            part = data[start : start + 100_000]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def do_DELETE(self) -> None:
        self.send_error(403)

    def log_message(self, *_: object) -> None:
        pass


def web() -> None:
    with serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as (host, port):
        with closing(http.client.HTTPConnection(host, port, timeout=20)) as client:
            for size in (0, 1, 1000, 100_000, 1_000_000) * 5:
                client.request("GET", f"/{size}")
                assert client.getresponse().read() == DATA[:size]
            client.request("POST", "/", body=DATA)
            assert client.getresponse().read() == DATA
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{host}:{port}/1000", timeout=20) as answer:
            assert answer.read() == DATA[:1000]
        try:
            opener.open(
                urllib.request.Request(f"http://{host}:{port}/", method="DELETE"), timeout=20
            )
        except urllib.error.HTTPError as error:
            assert error.code == 403
            error.close()


def xml_rpc() -> None:
    server = xmlrpc.server.SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False)
    server.register_function(lambda text, number: text * number, "times")
    server.register_function(lambda data: xmlrpc.client.Binary(data.data[::-1]), "reverse")
    server.register_multicall_functions()
    with serving(server) as (host, port):
        with xmlrpc.client.ServerProxy(f"http://{host}:{port}") as proxy:
            assert proxy.times("Größe", 100) == "Größe" * 100
            assert proxy.reverse(xmlrpc.client.Binary(DATA)).data == DATA[::-1]
            calls = xmlrpc.client.MultiCall(proxy)
            for number in range(20):
                calls.times("x", number)
            assert list(calls()) == ["x" * number for number in range(20)]
            with suppress(xmlrpc.client.Fault):
                raise AssertionError(proxy.nothing())


with tempfile.TemporaryDirectory() as temporary:
    streams(temporary)
    datagrams(temporary)
web()
xml_rpc()
print("done")
