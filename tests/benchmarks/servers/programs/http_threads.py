"""HTTP, by http.server with a thread for each connection."""

from __future__ import annotations

import http.server

from serving import BACKLOG, HOST, announce

BODY = b"x" * 64


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The body, a second send, would wait until the client's kernel acknowledges the first.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *args: object) -> None:
        """Without a log, which would take longer than the answer."""


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = BACKLOG

    def handle_error(self, request: object, client_address: object) -> None:
        """Of wrk's connections, which end by a reset."""


with Server((HOST, 0), Handler) as server:
    announce(server.server_address[:2])
    server.serve_forever()
