"""smtplib, poplib, imaplib and ftplib, each with a server that plays a part written down here."""

from __future__ import annotations

import ftplib
import imaplib
import io
import os
import poplib
import smtplib
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Callable

print("on", socket.__name__)
DATA = os.urandom(500_000)
BODY = "".join(f".line {index}\r\n" for index in range(2000))


@contextmanager
def serving(play: Callable[[Any, Any], None]) -> Iterator[int]:
    """Plays a server's part to one client, in a thread; its port."""

    def run() -> None:
        sock, _ = listener.accept()
        with sock:
            sock.settimeout(20)
            with sock.makefile("rwb", buffering=0) as file:
                play(file, sock)

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as pool:
        listener.settimeout(20)
        playing = pool.submit(run)
        yield listener.getsockname()[1]
        playing.result(20)


def smtp() -> None:
    got = []

    def play(file: Any, _: Any) -> None:
        lines = io.BufferedReader(file)
        file.write(b"220 here\r\n")
        while line := lines.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                file.write(b"250-here\r\n250 8BITMIME\r\n")
            elif verb == b"DATA":
                file.write(b"354 go\r\n")
                while (line := lines.readline()) != b".\r\n":
                    got.append(line[1:] if line.startswith(b".") else line)
                file.write(b"250 taken\r\n")
            elif verb == b"QUIT":
                file.write(b"221 bye\r\n")
                lines.detach()
                return
            else:
                file.write(b"250 fine\r\n")

    with serving(play) as port:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="me", timeout=20) as client:
            assert client.sendmail("a@b", ["c@d"], f"Subject: x\r\n\r\n{BODY}") == {}
    assert b"".join(got).decode() == f"Subject: x\r\n\r\n{BODY}"


def pop() -> None:
    def play(file: Any, _: Any) -> None:
        lines = io.BufferedReader(file)
        file.write(b"+OK\r\n")
        while line := lines.readline():
            if line.startswith(b"RETR"):
                file.write(b"+OK\r\n" + BODY.replace(".line", "..line").encode() + b".\r\n")
            elif line.startswith(b"STAT"):
                file.write(b"+OK 1 %d\r\n" % len(BODY))
            else:
                file.write(b"+OK\r\n")
            if line.startswith(b"QUIT"):
                lines.detach()
                return

    with serving(play) as port:
        client = poplib.POP3("127.0.0.1", port, timeout=20)
        client.user("me")
        client.pass_("secret")
        assert client.stat() == (1, len(BODY))
        assert b"\r\n".join(client.retr(1)[1]) + b"\r\n" == BODY.encode()
        client.quit()


def imap() -> None:
    def play(file: Any, _: Any) -> None:
        lines = io.BufferedReader(file)
        file.write(b"* OK here\r\n")
        while line := lines.readline():
            tag, verb = line.split()[:2]
            if verb == b"CAPABILITY":
                file.write(b"* CAPABILITY IMAP4REV1\r\n")
            elif verb == b"SELECT":
                file.write(b"* 1 EXISTS\r\n")
            elif verb == b"FETCH":
                file.write(b"* 1 FETCH (BODY[] {%d}\r\n%b)\r\n" % (len(DATA), DATA))
            elif verb == b"LOGOUT":
                file.write(b"* BYE\r\n")
            file.write(tag + b" OK done\r\n")
            if verb == b"LOGOUT":
                lines.detach()
                return

    with serving(play) as port:
        with imaplib.IMAP4("127.0.0.1", port, timeout=20) as client:
            client.login("me", "secret")
            assert client.select("INBOX") == ("OK", [b"1"])
            kind, [(_, body), _] = client.fetch("1", "(BODY[])")
            assert (kind, body) == ("OK", DATA)


def ftp() -> None:
    stored: dict[bytes, bytes] = {}

    def play(file: Any, control: Any) -> None:
        lines = io.BufferedReader(file)
        file.write(b"220 here\r\n")
        channel: Any = None
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(20)
            while line := lines.readline():
                verb, _, argument = line.strip().partition(b" ")
                if verb == b"PASV":
                    port = listener.getsockname()[1]
                    channel = listener.accept
                    host = control.getsockname()[0].replace(".", ",")
                    file.write(f"227 ({host},{port >> 8},{port & 255})\r\n".encode())
                elif verb == b"PORT":
                    numbers = list(map(int, argument.split(b",")))
                    address = (".".join(map(str, numbers[:4])), numbers[4] * 256 + numbers[5])
                    # It is ready to accept, and will once it was told that all is well.
                    made = socket.create_connection(address, timeout=20)
                    channel = lambda made=made: (made, None)  # noqa: E731
                    file.write(b"200 fine\r\n")
                elif verb in {b"STOR", b"RETR"}:
                    file.write(b"150 go\r\n")
                    with channel()[0] as data:
                        if verb == b"STOR":
                            with data.makefile("rb") as body:
                                stored[argument] = body.read()
                        else:
                            data.sendall(stored[argument])
                    file.write(b"226 there\r\n")
                else:
                    file.write(b"221 bye\r\n" if verb == b"QUIT" else b"230 fine\r\n")
                if verb == b"QUIT":
                    lines.detach()
                    return

    with serving(play) as port:
        with ftplib.FTP(timeout=20) as client:
            client.connect("127.0.0.1", port)
            client.login("me", "secret")
            for passive in (True, False):
                client.set_pasv(passive)
                client.storbinary("STOR file", io.BytesIO(DATA))
                parts: list[bytes] = []
                client.retrbinary("RETR file", parts.append)
                assert b"".join(parts) == DATA


smtp()
pop()
imap()
ftp()
print("done")
