"""What the standard library builds on it."""

from __future__ import annotations

import threading
from typing import Any

from .common import DATA, HOST, LONG, PART, client_context, server_context


def asyncio_streams(_port: int) -> Any:
    import asyncio

    async def echo(reader: Any, writer: Any) -> None:
        while data := await reader.read(PART):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def main() -> Any:
        server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=server_context())
        reader, writer = await asyncio.open_connection(
            *server.sockets[0].getsockname(), ssl=client_context(), server_hostname=HOST
        )
        writer.write(DATA)
        data = await reader.readexactly(len(DATA))
        version = writer.get_extra_info("ssl_object").version()
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.05)  # the server's side ends
        return [data == DATA, version]

    return asyncio.run(main())


def https(_port: int) -> Any:
    """A server and clients of the standard library."""
    import hashlib
    import http.client
    import http.server
    import urllib.request

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = hashlib.sha256(body).hexdigest().encode("ascii")
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = server_context().wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        port = server.server_address[1]
        digests = []
        connection = http.client.HTTPSConnection(HOST, port, timeout=LONG, context=client_context())
        for _ in range(20):
            connection.request("POST", "/", DATA)
            digests.append(connection.getresponse().read())
        connection.close()
        url = f"https://{HOST}:{port}/"
        with urllib.request.urlopen(url, DATA, LONG, context=client_context()) as response:
            digests.append(response.read())
        server.shutdown()
        thread.join()
    expected = hashlib.sha256(DATA).hexdigest().encode("ascii")
    return [len(digests), set(digests) == {expected}]
