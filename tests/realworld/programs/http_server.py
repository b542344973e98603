"""The standard library's HTTP server, with TLS if given files: [CERTIFICATE KEY]."""

from __future__ import annotations

import http.server
import ssl
import sys
import time
from contextlib import suppress
from typing import Any

from common import digest, is_ours, noise


class Handler(http.server.BaseHTTPRequestHandler):
    """/noise/SIZE/SEED, /chunks/SIZE/SEED, /slow; POST gets the digest of what it sent."""

    protocol_version = "HTTP/1.1"
    # Headers and body leave together, and small answers at once.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        _, what, *numbers = self.path.split("/")
        if what == "slow":
            time.sleep(1)
            numbers = ["1", "0"]
        data = noise(int(numbers[0]), numbers[1])
        self.send_response(200)
        if what == "chunks":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(data), 10_000):
                part = data[start : start + 10_000]
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        answer = digest(data).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    """With TLS the handshake is made in each connection's thread, at its first byte."""

    context: ssl.SSLContext | None = None
    daemon_threads = True
    request_queue_size = 64

    def get_request(self) -> tuple[object, object]:
        sock, address = super().get_request()
        assert is_ours(sock)
        if self.context is not None:
            sock = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            assert is_ours(sock)
        return sock, address

    def shutdown_request(self, request: Any) -> None:
        if isinstance(request, ssl.SSLSocket):
            # What says that the answer was not cut off.
            with suppress(OSError, ValueError):
                request.unwrap()
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        # A client that left, by a timeout or as it did not trust the certificate.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


with Server(("127.0.0.1", 0), Handler) as server:
    if len(sys.argv) > 1:
        server.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        server.context.load_cert_chain(*sys.argv[1:])
    print(f"ready {server.server_address[1]}", flush=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever()
