"""Talks to `openssl s_server -rev`, which reverses each line: PORT CERTIFICATE VERSION."""

from __future__ import annotations

import socket
import ssl
import sys

from common import count, is_ours, noise, tell

PORT, CERTIFICATE, VERSION = sys.argv[1:]

context = ssl.create_default_context(cafile=CERTIFICATE)
context.minimum_version = context.maximum_version = ssl.TLSVersion[VERSION]
session = None
for connection in range(4):
    plain = socket.create_connection(("127.0.0.1", int(PORT)), timeout=20)
    with context.wrap_socket(plain, server_hostname="localhost", session=session) as sock:
        assert is_ours(sock)
        assert sock.version() == VERSION.replace("_", "."), sock.version()
        assert sock.getpeercert()["subjectAltName"][0] == ("DNS", "localhost")
        # With TLS 1.3 a session's ticket comes with the first data.
        with sock.makefile("rwb") as file:
            for index in range(1000):
                line = noise(index % 1500 + 1, index).hex().encode()
                file.write(line + b"\n")
                file.flush()
                assert file.readline() == line[::-1] + b"\n"
                count(1, 2 * len(line))
        assert sock.session_reused == (connection > 0)
        session = sock.session
        # Without a proper end OpenSSL takes a session for a bad one.
        sock.unwrap().close()
tell()
