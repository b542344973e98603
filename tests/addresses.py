"""Addresses of any family, packed and unpacked, also where this kernel lacks the family.

The interpreter's own module has no function for it, but a socket object with that family, on the
descriptor of any other socket, hands what it packed to bind(2) and unpacks what getsockname(2)
gave.  A process of its own, in which name_store.c has these two functions, or on Windows
wine/name_store.py, tells what it made of the cases of a test module:
``python -m tests.addresses MODULE [LIBRARY]``.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from cffisock._address import Nobody
from cffisock._edge.memory import new_socket

from .support import CPYTHON, own, python

SOURCE = Path(__file__).with_name("name_store.c")

# Numbers at the edges of what C's integers hold, and what is no number.
NUMBERS = [
    *(0, 1, -1, 127, 128, 255, 256, -128, -129, 2**15, -(2**15), 2**16 - 1, 2**16, 2**31, -(2**31)),
    *(2**32 - 1, 2**32, -(2**31) - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**64), True),
    *(1.0, "1", None, b"1", [1]),
]
NO_INTEGER = "TypeError: no integer"
NO_INTEGER_WORDINGS = (
    r"TypeError: ('\w+' object cannot be interpreted as an integer"
    r"|an integer is required \(got type \w+\)|expected integer, got \w+ object"
    r"|integer argument expected, got float)"
)
# What is no address of any family, or has a wrong number of items.
ODD: list[Any] = [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), (1,) * 6]
ODD += [[1, 2], "ab", b"ab", None, 5, 5.5, {}]


@contextmanager
def any_socket(family: int, proto: int) -> Iterator[Nobody]:
    with own.socket(own.AF_INET, own.SOCK_DGRAM) as sock:
        yield Nobody(family, proto, new_socket(sock.fileno()))


def packed(family: int, proto: int, address: Any) -> str:
    """The bytes in hexadecimal that cffisock makes of an address, or the exception."""
    from cffisock import _address
    from cffisock._cffi import ffi

    def pack(sock: Nobody) -> bytes:
        addr = _address.pack(sock, address, "bind")
        return bytes(ffi.buffer(addr)[: addr.len])

    with any_socket(family, proto) as sock:
        return attempt(lambda: pack(sock).hex())


def unpacked(family: int, proto: int, data: str) -> str:
    """The repr of what cffisock makes of the bytes of an address, or the exception."""
    from cffisock import _address
    from cffisock._cffi import ffi

    slot = _address.new_slot()
    raw = bytes.fromhex(data)
    ffi.buffer(slot[0])[: len(raw)] = raw
    slot[0].len = len(raw)
    slot[0].family = int.from_bytes(raw[:2], sys.byteorder)
    with any_socket(family, proto) as sock:
        return attempt(lambda: repr(_address.unpack(slot, sock)))


def attempt(call: Any) -> str:
    """What the call returned, or its exception; "+" before it says that there was a warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result: str = call()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is the result
            result = f"{type(error).__name__}: {error}"
    return "+" * len(caught) + result


def uniform(result: str) -> str:
    """A result without the wording, which Python 3.10 changed, where an integer was expected."""
    return re.sub(NO_INTEGER_WORDINGS, NO_INTEGER, result)


def there_and_back(family: int, proto: int, address: Any) -> str:
    """The repr of what becomes of an address that is packed and unpacked."""
    data = packed(family, proto, address)
    return unpacked(family, proto, data) if re.fullmatch("[0-9a-f]+", data) else data


# --- the interpreter's own module -----------------------------------------------------------------


@cache
def own_results(module: str) -> Any:
    """What the interpreter's own module makes of ``PACK`` and ``UNPACK`` of a test module."""
    if sys.platform == "win32":
        run = python("-m", "tests.addresses", module)
    else:
        library = name_store()
        run = python("-m", "tests.addresses", module, library, env={"LD_PRELOAD": library})
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@cache
def name_store() -> str:
    """The library compiled from name_store.c, until this process ends."""
    folder = tempfile.mkdtemp(prefix="name-store-")
    atexit.register(shutil.rmtree, folder)
    library = str(Path(folder, "name_store.so"))
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    command = [compiler[0], "-shared", "-fPIC", "-o", library, str(SOURCE)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return library


def assert_same(module: Any) -> None:
    """Compares the results for the cases of a test module with the interpreter's own."""
    results = own_results(module.__name__)
    assert len(results["pack"]) == len(module.PACK) > 0
    for case, theirs in zip(module.PACK, results["pack"]):
        assert normal(case, packed(*case)) == normal(case, theirs), case
    assert len(results["unpack"]) == len(module.UNPACK) > 0
    for case, theirs in zip(module.UNPACK, results["unpack"]):
        assert unpacked(*case) == theirs, case


def normal(case: Any, result: str) -> Any:
    """A result of packing without what may differ from one version to the next."""
    if CPYTHON < (3, 15):  # which does what the others do, but warns
        result = result.lstrip("+")
    if CPYTHON < (3, 10):
        result = uniform(result)
    if re.fullmatch(r"\+*[0-9a-f]+", result):
        # Without the padding, in which older versions leave what was on their stack.
        size = len(result.lstrip("+")) // 2
        return result.count("+"), size, unpacked(case[0], case[1], result.lstrip("+"))
    return result


def preloaded(library: str) -> tuple[Any, Any, Any]:
    """The name that name_store.c keeps, its length, and what makes a socket."""
    store = ctypes.CDLL(library)
    name = (ctypes.c_ubyte * 128).in_dll(store, "name")

    def named(family: int, proto: int) -> Any:
        base = own.socket(own.AF_INET, own.SOCK_DGRAM)
        return own.socket(family, own.SOCK_DGRAM, proto, fileno=base.detach())

    return name, ctypes.c_uint.in_dll(store, "name_len"), named


def main(module: str, *library: str) -> None:
    cases = importlib.import_module(module)
    if library:
        name, size, named = preloaded(*library)
    else:
        from .wine import name_store as store

        store.replace()
        name, size, named = store.NAME, store.NAME_LEN, store.named

    def pack(family: int, proto: int, address: Any) -> str:
        with named(family, proto) as sock:
            sock.bind(address)
            return bytes(name[: size.value]).hex()

    def unpack(family: int, proto: int, data: str) -> str:
        raw = bytes.fromhex(data)
        with named(family, proto) as sock:
            size.value = len(raw)
            ctypes.memmove(name, raw, len(raw))
            return repr(sock.getsockname())

    results = {
        "pack": [attempt(lambda case=case: pack(*case)) for case in cases.PACK],
        "unpack": [attempt(lambda case=case: unpack(*case)) for case in cases.UNPACK],
    }
    print(json.dumps(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
