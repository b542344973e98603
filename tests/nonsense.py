"""A name server that answers nonsense: the first label of a name says what is wrong with an answer.

For `tests.hostile_resolver`, in a network namespace of its own, over UDP and TCP.
"""

from __future__ import annotations

import os
import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Callable

A, NS, CNAME, PTR, MX, TXT, AAAA = 1, 2, 5, 12, 15, 16, 28
IN, CHAOS = 1, 3
ANSWER, CUT = 0x8180, 0x8380  # the second with TC: ask again over TCP
WHO = b"\xc0\x0c"  # a pointer to the name that was asked for
SIZE_MAX = 65535
ADDRESSES = {A: bytes([192, 0, 2, 1]), AAAA: socket.inet_pton(socket.AF_INET6, "2001:db8::1")}


def name(*labels: bytes) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


class Query:
    """A question, and answers to it."""

    def __init__(self, packet: bytes) -> None:
        self.id = packet[:2]
        at = 12
        self.labels = []
        while packet[at]:
            self.labels.append(packet[at + 1 : at + 1 + packet[at]])
            at += 1 + packet[at]
        (self.kind,) = struct.unpack_from("!H", packet, at + 1)
        self.question = packet[12 : at + 5]
        self.what = self.labels[0].decode("latin-1").lower()
        if self.kind == PTR:  # by the last byte of the address, 192.0.2.n
            self.what = f"ptr-{self.what}"

    def answer(self, *records: bytes, flags: int = ANSWER, **counts: int) -> bytes:
        """A whole answer, whose head tells other numbers of its parts where ``counts`` has them."""
        numbers = {"questions": 1, "answers": len(records), "servers": 0, "more": 0, **counts}
        head = self.id + struct.pack("!H", flags) + struct.pack("!4H", *numbers.values())
        return head + self.question + b"".join(records)

    def record(
        self,
        data: bytes | None = None,
        kind: int = 0,
        class_: int = IN,
        owner: bytes = WHO,
        length: int = -1,
        ttl: int = 60,
    ) -> bytes:
        """One record, right where nothing else is said."""
        kind = kind or self.kind
        if data is None:
            data = ADDRESSES.get(kind, name(b"host", b"example"))
        length = len(data) if length < 0 else length
        return owner + struct.pack("!HHIH", kind, class_, ttl, length) + data

    def named(self, *labels: bytes) -> bytes:
        """An answer by way of another name."""
        other = name(*labels)
        if self.kind == PTR:
            return self.answer(self.record(other))
        return self.answer(self.record(other, CNAME), self.record(owner=other))

    def after_names(self, data: bytes) -> bytes:
        """An answer with those bytes in the place of a name."""
        return self.answer(self.record(data, PTR if self.kind == PTR else CNAME), self.record())

    def chain(self, length: int) -> bytes:
        """So many names, each of which is another name of the one before."""
        names = [name(b"n%d" % i, b"example") for i in range(length)]
        owners = [WHO, *names]
        links = [self.record(to, CNAME, owner=of) for of, to in zip(owners, names)]
        return self.answer(*links, self.record(owner=owners[-1]))


Reply = Callable[[Query], Any]
GOOD: Reply = lambda q: q.answer(q.record())  # noqa: E731
SILENT = (None, None)  # what the C library waits for in vain

REPLIES: dict[str, Reply] = {
    "good": GOOD,
    # --- whole answers of the wrong kind
    "nothing": lambda q: q.answer(),
    "nxdomain": lambda q: q.answer(flags=ANSWER | 3),
    "formerr": lambda q: q.answer(flags=ANSWER | 1),
    "notimp": lambda q: q.answer(flags=ANSWER | 4),
    "error15": lambda q: q.answer(flags=ANSWER | 15),
    "text": lambda q: q.answer(q.record(b"\x03abc", TXT)),
    "mail": lambda q: q.answer(q.record(b"\0\1" + name(b"mail"), MX)),
    "type0": lambda q: q.answer(q.record(b"", 0)),
    "type65535": lambda q: q.answer(q.record(b"x" * 100, 65535)),
    "chaos": lambda q: q.answer(q.record(class_=CHAOS)),
    "class0": lambda q: q.answer(q.record(class_=0)),
    "class255": lambda q: q.answer(q.record(class_=255)),
    "others": lambda q: q.answer(q.record(owner=name(b"other", b"example"))),
    "others-too": lambda q: q.answer(
        q.record(owner=name(b"other", b"example")), q.record(), q.record(b"\x03abc", TXT)
    ),
    "swapped": lambda q: q.answer(q.record(kind=AAAA if q.kind == A else A)),
    "servers": lambda q: q.answer(q.record(name(b"ns"), NS), answers=0, servers=1),
    "ttl": lambda q: q.answer(q.record(ttl=0xFFFFFFFF)),
    # --- wrong lengths and numbers
    "empty-data": lambda q: q.answer(q.record(b"")),
    "three-bytes": lambda q: q.answer(q.record(b"abc")),
    "five-bytes": lambda q: q.answer(q.record(b"abcde")),
    "sixteen-bytes": lambda q: q.answer(q.record(b"x" * 16)),
    "length-0": lambda q: q.answer(q.record(length=0)),
    "length-65535": lambda q: q.answer(q.record(length=65535)),
    "count-0": lambda q: q.answer(q.record(), answers=0),
    "count-2": lambda q: q.answer(q.record(), answers=2),
    "count-65535": lambda q: q.answer(q.record(), answers=65535),
    "questions-2": lambda q: q.answer(q.record(), questions=2),
    "behind": lambda q: q.answer(q.record()) + b"secret" * 50,
    # --- names that are none
    "owner-loop": lambda q: q.answer(
        q.record(owner=struct.pack("!H", 0xC000 | (12 + len(q.question))))
    ),
    "owner-beyond": lambda q: q.answer(q.record(owner=b"\xff\xff")),
    "data-loop": lambda q: q.after_names(struct.pack("!H", 0xC000 | (24 + len(q.question)))),
    "two-loops": lambda q: q.after_names(
        struct.pack("!HH", 0xC000 | (26 + len(q.question)), 0xC000 | (24 + len(q.question)))
    ),
    "data-beyond": lambda q: q.after_names(b"\xff\xff"),
    "half-a-pointer": lambda q: q.after_names(b"\xc0"),
    "label-type": lambda q: q.after_names(b"\x40abc\0"),
    "no-end": lambda q: q.after_names(b"\x03abc"),
    "label-beyond": lambda q: q.after_names(b"\x3fabc\0"),
    "too-long": lambda q: q.after_names(name(*[b"a" * 63] * 5)),
    "4-kib": lambda q: q.after_names(name(*[b"a" * 63] * 64)),
    "root": lambda q: q.after_names(b"\0"),
    # --- names with anything in them
    "longest": lambda q: q.named(b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 61),
    "short-labels": lambda q: q.named(*[b"a"] * 127),
    "nul": lambda q: q.named(b"a\0b", b"example"),
    "nul-first": lambda q: q.named(b"\0", b"example"),
    "no-text": lambda q: q.named(b"\xff\xfe", b"example"),
    "utf-8": lambda q: q.named("é☃".encode(), b"example"),
    "dots": lambda q: q.named(b"a.b..c", b"example"),
    "spaces": lambda q: q.named(b"a b\tc\nd", b"example"),
    "shell": lambda q: q.named(b"$(reboot);'\"\\", b"example"),
    "number": lambda q: q.named(b"127", b"0", b"0", b"1"),
    "underscore": lambda q: q.named(b"_a-", b"-example"),
    # --- chains, and many
    "to-itself": lambda q: q.answer(q.record(WHO, CNAME)),
    "in-a-ring": lambda q: q.answer(
        q.record(name(b"ring"), CNAME), q.record(WHO, CNAME, owner=name(b"ring"))
    ),
    "chain": lambda q: q.chain(5),
    "long-chain": lambda q: q.chain(20),
    "without-end": lambda q: q.answer(q.record(name(b"n", *q.labels), CNAME)),
    "twice": lambda q: q.answer(q.record(), q.record()),
    # --- the second try over TCP; a pair is the answers over UDP and over TCP
    "tcp": lambda q: (q.answer(flags=CUT), GOOD(q)),
    "tcp-many": lambda q: (q.answer(flags=CUT), many(q, 1500)),
    "tcp-chain": lambda q: (q.answer(flags=CUT), q.chain(300)),
    "tcp-cut": lambda q: (q.answer(flags=CUT), q.answer(q.record(), flags=CUT)),
    "tcp-nothing": lambda q: (q.answer(flags=CUT), b""),
    "tcp-refused": lambda q: (q.answer(flags=CUT), None),
    "tcp-half": lambda q: (q.answer(flags=CUT), struct.pack("!H", 500) + GOOD(q)),
    "tcp-length": lambda q: (q.answer(flags=CUT), b"\0"),
    "tcp-zero": lambda q: (q.answer(flags=CUT), b"\0\0"),
    "tcp-five": lambda q: (q.answer(flags=CUT), b"\0\5abcde"),
    "tcp-other-id": lambda q: (q.answer(flags=CUT), framed(b"??" + GOOD(q)[2:])),
    "tcp-garbage": lambda q: (q.answer(flags=CUT), framed(q.id + b"\xa5" * 300)),
    # --- what is no answer: after these the C library waits
    "empty": lambda q: (b"", None),
    "five": lambda q: (q.id + b"abc", None),
    "other-id": lambda q: (bytes([q.id[0] ^ 1]) + GOOD(q)[1:], None),
    "question-back": lambda q: (q.answer(q.record(), flags=0x0100), None),
    "other-question": lambda q: (GOOD(q).replace(b"other-question", b"some-questions"), None),
    "silence": lambda q: SILENT,
}
# The right one at last, which counts.
LATE = {
    "other-id-first": lambda q: [bytes([q.id[0] ^ 1]) + GOOD(q)[1:], GOOD(q)],
    "many-others-first": lambda q: [bytes([q.id[0] ^ 1]) + GOOD(q)[1:]] * 50 + [GOOD(q)],
    "twice-over": lambda q: [GOOD(q), GOOD(q), q.answer(flags=ANSWER | 3)],
}
FLIPS = 100


def many(query: Query, count: int) -> bytes:
    """So many addresses; names for a question about an address."""
    parts = {
        A: lambda i: struct.pack("!I", 0x0A000000 + i),
        AAAA: lambda i: ADDRESSES[AAAA][:12] + struct.pack("!I", i),
    }
    data = parts.get(query.kind, lambda i: name(b"n%d" % i))
    records = [query.record(data(i)) for i in range(count)]
    while len(answer := query.answer(*records)) > SIZE_MAX:
        records = records[: SIZE_MAX * len(records) // len(answer) - 1]
    return answer


def framed(packet: bytes) -> bytes:
    """As it goes over TCP."""
    return struct.pack("!H", len(packet)) + packet


def flipped(query: Query, seed: int) -> bytes:
    """A right answer with some bytes changed, but for the number by which it is known."""
    chance = random.Random(seed)
    packet = bytearray(query.answer(query.record(name(b"c", b"example"), CNAME), query.record()))
    start = 12 + len(query.question)
    for _ in range(chance.randint(1, 4)):
        packet[chance.randrange(start, len(packet))] = chance.randrange(256)
    return bytes(packet)


def pointers() -> dict[str, Reply]:
    """What questions about the addresses 192.0.2.1 and on get."""
    names = [key for key in REPLIES if key not in ("swapped", "without-end")]
    return {f"ptr-{i}": REPLIES[key] for i, key in enumerate(names, 1)}


POINTERS = pointers()


def replies(query: Query) -> tuple[list[bytes], bytes | None]:
    """The datagrams for a question, and what goes over TCP."""
    if query.what.startswith("flip-"):
        return [flipped(query, int(query.what[5:]))], None
    if query.what.startswith("cut-"):
        return [GOOD(query)[: int(query.what[4:])]], None
    if query.what in LATE:
        return LATE[query.what](query), None
    key = "without-end" if query.what == "n" else query.what
    reply = {**REPLIES, **POINTERS}.get(key, GOOD)(query)
    udp, tcp = (reply, reply) if isinstance(reply, bytes) else reply
    if tcp is not None and tcp[:2] == query.id:  # others have their frames, wrong as they are
        tcp = framed(tcp)
    return [udp] if udp is not None else [], tcp


def by_udp(sock: Any) -> None:
    with suppress(OSError):
        while True:
            packet, asker = sock.recvfrom(4096)
            if len(packet) < 12:
                return  # the end
            for reply in replies(Query(packet))[0]:
                sock.sendto(reply, asker)


def by_tcp(listener: Any) -> None:
    threads = []
    with suppress(OSError):
        while True:
            sock, _ = listener.accept()
            threads.append(threading.Thread(target=one_by_tcp, args=(sock,)))
            threads[-1].start()
    for thread in threads:
        thread.join()


def one_by_tcp(sock: Any) -> None:
    with sock, suppress(OSError):
        sock.settimeout(20)
        while (size := sock.recv(2, socket.MSG_WAITALL)) and len(size) == 2:
            packet = sock.recv(struct.unpack("!H", size)[0], socket.MSG_WAITALL)
            reply = replies(Query(packet))[1]
            sock.sendall(reply or b"")
            if reply != framed(packet[:2] + (reply or b"")[4:]):
                return  # what is not whole, or another's, would be waited for


def serve(sock: Any, listener: Any) -> None:
    threads = [
        threading.Thread(target=by_udp, args=(sock,)),
        threading.Thread(target=by_tcp, args=(listener,)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def nonsense() -> Iterator[None]:
    """The server, in a process of its own: CPython 3.10 keeps its lock while it looks names up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, socket.socket() as listener:
        sock.bind(("127.0.0.1", 53))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 53))
        listener.listen(128)
        child = os.fork()
        if child == 0:
            try:
                serve(sock, listener)
            finally:
                os._exit(0)
        try:
            yield
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            sock.sendto(b"", sock.getsockname())
            os.waitpid(child, 0)
