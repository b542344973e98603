"""The methods that are functions of other files, as type checkers and editors see them, with
overloads where the arguments decide the type of the result.

What differs from the functions `python -m tests.types` finds.
"""

import io
from collections.abc import Iterable
from typing import Any, Literal, overload

from . import _types as t
from ._files import SocketIO
from ._socket import base

class Methods:
    def recv(self, bufsize: int, flags: int = 0, /) -> bytes: ...
    def recv_into(self, buffer: t.Buffer, nbytes: int = 0, flags: int = 0) -> int: ...
    def recvfrom(self, bufsize: int, flags: int = 0, /) -> tuple[bytes, Any]: ...
    def recvfrom_into(
        self, buffer: t.Buffer, nbytes: int = 0, flags: int = 0
    ) -> tuple[int, Any]: ...
    def send(self, data: t.Buffer, flags: int = 0, /) -> int: ...
    def sendall(self, data: t.Buffer, flags: int = 0, /) -> None: ...
    @overload
    def sendto(self, data: t.Buffer, address: t.Address, /) -> int: ...
    @overload
    def sendto(self, data: t.Buffer, flags: int, address: t.Address, /) -> int: ...
    def recvmsg(
        self, bufsize: int, ancbufsize: int = 0, flags: int = 0, /
    ) -> tuple[bytes, t.Ancillary, int, Any]: ...
    def recvmsg_into(
        self,
        buffers: Iterable[t.Buffer],
        ancbufsize: int = 0,
        flags: int = 0,
        /,
    ) -> tuple[int, t.Ancillary, int, Any]: ...
    def sendmsg(
        self,
        buffers: Iterable[t.Buffer],
        ancdata: Iterable[t.ControlItem] = ...,
        flags: int = 0,
        address: t.Address | None = None,
        /,
    ) -> int: ...
    def recvmmsg(
        self,
        count: int,
        bufsize: int,
        ancbufsize: int = 0,
        flags: int = 0,
    ) -> list[tuple[bytes, t.Ancillary, int, Any]]: ...
    def recvmmsg_into(
        self,
        buffers: Iterable[t.Buffer],
        ancbufsize: int = 0,
        flags: int = 0,
    ) -> list[tuple[int, t.Ancillary, int, Any]]: ...
    def sendmmsg(
        self,
        messages: Iterable[t.Message],
        flags: int = 0,
        segment: int = 0,
    ) -> int: ...
    def sendmsg_afalg(
        self,
        msg: Iterable[t.Buffer] = (),
        *,
        op: int,
        iv: t.Buffer | None = None,
        assoclen: int = ...,
        flags: int = 0,
    ) -> int: ...
    @overload
    def getsockopt(self, level: int, optname: int, /) -> int: ...
    @overload
    def getsockopt(self, level: int, optname: int, buflen: int, /) -> bytes: ...
    @overload
    def setsockopt(self, level: int, optname: int, value: int | t.Buffer, /) -> None: ...
    @overload
    def setsockopt(self, level: int, optname: int, value: None, optlen: int, /) -> None: ...

class PublicMethods(base.socket):
    @overload
    def makefile(
        self,
        mode: Literal["b", "rb", "br", "wb", "bw", "rwb", "rbw", "wrb", "wbr", "brw", "bwr"],
        buffering: Literal[0],
        *,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> SocketIO: ...
    @overload
    def makefile(
        self,
        mode: Literal["rwb", "rbw", "wrb", "wbr", "brw", "bwr"],
        buffering: Literal[-1, 1] | None = None,
        *,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> io.BufferedRWPair: ...
    @overload
    def makefile(
        self,
        mode: Literal["b", "rb", "br"],
        buffering: Literal[-1, 1] | None = None,
        *,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> io.BufferedReader: ...
    @overload
    def makefile(
        self,
        mode: Literal["wb", "bw"],
        buffering: Literal[-1, 1] | None = None,
        *,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> io.BufferedWriter: ...
    @overload
    def makefile(
        self,
        mode: Literal["b", "rb", "br", "wb", "bw", "rwb", "rbw", "wrb", "wbr", "brw", "bwr"],
        buffering: int,
        *,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> io.IOBase: ...
    @overload
    def makefile(
        self,
        mode: Literal["r", "w", "rw", "wr", ""] = "r",
        buffering: int | None = None,
        *,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> io.TextIOWrapper: ...
    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int: ...
