"""An aiohttp server, on TCP, TLS and AF_UNIX: PATH CERTIFICATE KEY."""

from __future__ import annotations

import asyncio
import signal
import ssl
import sys

from aiohttp import WSMsgType, web
from common import digest, is_ours, noise

PATH, CERTIFICATE, KEY = sys.argv[1:]


async def get(request: web.Request) -> web.Response:
    assert request.transport is not None
    sock = request.transport.get_extra_info("socket")
    assert is_ours(sock._sock), sock
    return web.Response(body=noise(int(request.match_info["size"]), request.match_info["seed"]))


async def stream(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    data = noise(int(request.match_info["size"]))
    for start in range(0, len(data), 50_000):
        await answer.write(data[start : start + 50_000])
    return answer


async def post(request: web.Request) -> web.Response:
    return web.Response(text=digest(await request.read()))


async def echo(request: web.Request) -> web.WebSocketResponse:
    sock = web.WebSocketResponse()
    await sock.prepare(request)
    async for message in sock:
        if message.type == WSMsgType.BINARY:
            await sock.send_bytes(message.data)
        else:
            await sock.send_str(message.data)
    return sock


async def main() -> None:
    stop = asyncio.Event()
    # KeyboardInterrupt would end whatever runs at the moment, asyncio's own steps too.
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    app = web.Application(client_max_size=2**26)
    app.router.add_get("/noise/{size}/{seed}", get)
    app.router.add_get("/stream/{size}", stream)
    app.router.add_post("/", post)
    app.router.add_get("/echo", echo)
    runner = web.AppRunner(app)
    await runner.setup()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE, KEY)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    await web.UnixSite(runner, PATH).start()
    ports = [str(address[1]) for address in runner.addresses[:2]]
    print(f"ready {','.join(ports)}", flush=True)
    try:
        await stop.wait()
    finally:
        await runner.cleanup()


asyncio.run(main())
