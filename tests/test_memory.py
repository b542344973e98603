"""The memory that data is received into and sent from."""

from __future__ import annotations

import array
import ctypes
import errno
import io
import mmap
import signal
import threading
from typing import Any, Callable

import pytest

import cffisock
from cffisock._cffi import ffi
from cffisock._edge import memory
from cffisock._socket import mailbox

from .support import IS_WINDOWS, python, with_methods


@pytest.mark.parametrize(
    "data", [b"abcd", bytearray(b"abcd"), memoryview(b"abcd"), array.array("B", b"abcd")]
)
def test_readable(data: Any) -> None:
    view = memory.readable(data)
    assert ffi.unpack(view, len(view)) == b"abcd"
    memory.release(view)


def test_buffers_without_an_address(udp: Any) -> None:
    """On PyPy what io.BytesIO() lends is copied."""
    one, two = udp
    senders = with_methods(
        {
            "send": one.send,
            "sendmsg": lambda data: one.sendmsg([data, b"e"]),
            "sendmmsg": lambda data: one.sendmmsg([(data,)]),
        }
    )
    with io.BytesIO(b"abcd").getbuffer() as data:
        for name, send in senders.items():
            send(data)
            assert two.recv(10) == (b"abcde" if name == "sendmsg" else b"abcd")
    room = io.BytesIO(bytes(4))
    receivers = with_methods(
        {
            "recv_into": two.recv_into,
            "recvfrom_into": two.recvfrom_into,
            "recvmsg_into": lambda view: two.recvmsg_into([view]),
            "recvmmsg_into": lambda view: two.recvmmsg_into([view]),
        }
    )
    for receive in receivers.values():
        one.send(b"xyz")
        with room.getbuffer() as view:
            view[:] = b"____"
            receive(view)
        assert room.getvalue() == b"xyz_"


def test_buffers_of_other_kinds(udp: Any) -> None:
    one, two = udp
    with mmap.mmap(-1, 8) as memory:
        memory[:4] = b"abcd"
        one.send(memory)
        assert two.recv_into(memory) == 8
    number = ctypes.c_int(7)
    one.send(number)
    other = ctypes.c_int(0)
    two.recv_into(other)
    assert other.value == 7
    grid = memoryview(bytearray(6)).cast("B", (2, 3))
    one.send(grid)
    one.send(b"abcdef")
    assert two.recv(9) == bytes(6)
    assert two.recv_into(grid) == 6
    assert grid.tolist() == [[97, 98, 99], [100, 101, 102]]
    one.send(memoryview(b""))
    assert two.recv(1) == b""


@pytest.mark.parametrize("step", [2, -1])
def test_memory_in_pieces(step: int, udp: Any) -> None:
    """A view that jumps is refused: what lies between is not the caller's to send or to lose."""
    one, two = udp
    data = memoryview(bytearray(b"abcdefgh"))[::step]
    senders = {
        "send": lambda: one.send(data),
        "sendall": lambda: one.sendall(data),
        "sendto": lambda: one.sendto(data, two.getsockname()),
        "sendmsg": lambda: one.sendmsg([data]),
    }
    for send in with_methods(senders).values():
        with pytest.raises(BufferError, match="underlying buffer is not C-contiguous"):
            send()
    one.send(b"x")
    receivers = {
        "recv_into": lambda: two.recv_into(data),
        "recvfrom_into": lambda: two.recvfrom_into(data),
        "recvmsg_into": lambda: two.recvmsg_into([data]),
    }
    for receive in with_methods(receivers).values():
        with pytest.raises((BufferError, TypeError)):
            receive()
    assert data.obj == b"abcdefgh"
    assert two.recv(1) == b"x"


def test_a_mailbox_is_lent_to_one_call_at_a_time() -> None:
    taken = [mailbox.borrow() for _ in range(20)]
    assert len({id(box.memory) for box in taken}) == 20
    for box in taken:
        mailbox.give_mailbox(box)
    assert len(mailbox._mailboxes) == 16


def test_many_threads_receive() -> None:
    """More than there are mailboxes: each gets its own bytes."""
    count = 40
    pairs = [cffisock.socketpair() for _ in range(count)]
    received: dict[int, bytes] = {}

    def receive(number: int) -> None:
        data = b""
        while len(data) < 20_000:
            data += pairs[number][1].recv(20_000)
        received[number] = data

    threads = [threading.Thread(target=receive, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        for number, (one, _) in enumerate(pairs):
            one.sendall(bytes([number]) * 2000)
    for thread in threads:
        thread.join(20)
    assert received == {number: bytes([number]) * 20_000 for number in range(count)}
    for pair in pairs:
        for sock in pair:
            sock.close()


RECEIVE = with_methods(
    {
        "recv": lambda sock, size: sock.recv(size),
        "recvfrom": lambda sock, size: sock.recvfrom(size)[0],
        "recvmsg": lambda sock, size: sock.recvmsg(size)[0],
    }
)


@pytest.mark.parametrize("method", RECEIVE)
def test_large_reads_share_a_block(method: str) -> None:
    receive = RECEIVE[method]
    memory._blocks.clear()
    one, two = cffisock.socketpair()
    with one, two:
        for data in (b"x" * 3000, b"yz", b""):
            one.send(data) if data else one.close()
            assert receive(two, 700_000) == data
            assert [len(view) for _, view in memory._blocks] == [1024 * 1024]


@pytest.mark.parametrize("method", RECEIVE)
def test_a_block_that_is_too_small_is_replaced(method: str) -> None:
    receive = RECEIVE[method]
    memory._blocks.clear()
    one, two = cffisock.socketpair()
    with one, two:
        for size, kept in ((2**20, 2**20), (2**20 + 1, 2**21), (2**20, 2**21)):
            one.send(b"x")
            assert receive(two, size) == b"x"
            assert [len(view) for _, view in memory._blocks] == [kept]


@pytest.mark.parametrize("method", RECEIVE)
def test_a_very_large_read_does_not_keep_its_memory(method: str) -> None:
    memory._blocks.clear()
    one, two = cffisock.socketpair()
    with one, two:
        one.send(b"x")
        assert RECEIVE[method](two, 50_000_000) == b"x"
    assert not memory._blocks
    assert all(len(box.view) == mailbox.DATA_SIZE for box in mailbox._mailboxes)


@pytest.mark.parametrize("method", ["recv", "recvfrom", "recvmsg"])
def test_what_is_cut_off_shows_nothing_of_an_earlier_message(method: str, records: Any) -> None:
    """With MSG_TRUNC the kernel tells the length of a datagram that is longer than the room."""
    one, two = records
    one.setsockopt(cffisock.SOL_SOCKET, cffisock.SO_SNDBUF, 200_000)  # and the kernel doubles it
    memory._blocks.clear()
    size, arguments = mailbox.DATA_SIZE + 1, {"recvmsg": [0]}.get(method, [])
    one.send(b"a" * 300_000)
    assert len(two.recv(400_000)) == 300_000
    one.send(b"b" * 300_000)
    received = getattr(two, method)(size, *arguments, cffisock.MSG_TRUNC)
    data = received if method == "recv" else received[0]
    assert data.rstrip(b"\0") == b"b" * size


@pytest.mark.parametrize("method", RECEIVE)
def test_a_block_is_lent_to_one_call_at_a_time(method: str) -> None:
    """A handler that receives, too, while another read waits; and an error gives it back."""
    receive, size = RECEIVE[method], 2**20
    memory._blocks.clear()
    one, two = cffisock.socketpair()
    three, four = cffisock.socketpair()

    def handler(*_: object) -> None:
        three.send(b"inner")
        assert receive(four, size) == b"inner"
        one.send(b"outer")

    with one, two, three, four:
        before = signal.signal(signal.SIGALRM, handler)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            assert receive(two, size) == b"outer"
        finally:
            signal.signal(signal.SIGALRM, before)
        assert len(memory._blocks) == 2
        two.setblocking(False)
        with pytest.raises(BlockingIOError):
            receive(two, size)
    assert len(memory._blocks) == 2


BYTES_AND_TEXT = """
import cffisock
with cffisock.create_server(("127.0.0.1", 0)) as listener:
    for host in ("127.0.0.1", b"127.0.0.1"):
        with cffisock.socket() as sock:
            sock.connect((host, listener.getsockname()[1]))
for address in ("/nowhere", b"/nowhere") if hasattr(cffisock, "AF_UNIX") else ():
    with cffisock.socket(cffisock.AF_UNIX) as sock:
        print(sock.connect_ex(address))
"""


def test_bytes_and_text_are_not_compared() -> None:
    run = python("-bb", "-c", BYTES_AND_TEXT)
    assert (run.stdout, run.stderr) == ("" if IS_WINDOWS else "2\n2\n", "")


# What each method returns by MSG_TRUNC: TCP drops the bytes, tells how many, and writes none.
DROPPED: dict[str, Callable[[Any, int], bytes]] = {
    "recv": lambda s, size: s.recv(size, cffisock.MSG_TRUNC),
    "recvfrom": lambda s, size: s.recvfrom(size, cffisock.MSG_TRUNC)[0],
    "recvmsg": lambda s, size: s.recvmsg(size, 0, cffisock.MSG_TRUNC)[0],
    "recvmmsg": lambda s, size: s.recvmmsg(1, size, 0, cffisock.MSG_TRUNC)[0][0],
}
SECRET = b"what another connection received"


class Nothing:
    def __index__(self) -> int:
        return 0


@pytest.mark.differs("dropped-bytes")
@pytest.mark.parametrize("size", [len(SECRET), 300_000])
@pytest.mark.parametrize("method", DROPPED)
def test_bytes_that_tcp_drops_show_nothing_of_another_socket(
    method: str, size: int, tcp: Any, pair: Any
) -> None:
    one, two = pair
    for receive in (
        lambda: two.recv(size),
        lambda: two.recvfrom(size),
        lambda: two.recvmsg(size),
        lambda: two.recvmmsg(1, size),
    ):
        one.sendall(SECRET)
        receive()
    client, server = tcp
    client.sendall(b"x" * len(SECRET))
    assert DROPPED[method](server, size) == bytes(len(SECRET))


@pytest.mark.parametrize("room", [0, Nothing()])
def test_a_byte_out_of_band_without_room(room: Any, pair: Any) -> None:
    """AF_UNIX tells of one byte, and writes none."""
    one, two = pair
    one.sendall(SECRET)
    two.recvmsg(len(SECRET))
    one.sendall(SECRET)
    two.recvmsg(300_000)
    try:
        one.send(b"x", cffisock.MSG_OOB)
    except OSError as error:  # before Linux 5.15
        if error.errno != errno.EOPNOTSUPP:
            raise
        return
    assert two.recvmsg(room, 0, cffisock.MSG_OOB)[0] == b""


@pytest.mark.parametrize("method", DROPPED)
def test_room_that_nothing_comes_into_takes_no_memory(method: str, pair: Any) -> None:
    one, two = pair
    import resource

    one.send(b"x")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert DROPPED[method](two, 1 << 29) == b"x"
    # In KiB, as long as other tests have not had more.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + 200 * 1024
