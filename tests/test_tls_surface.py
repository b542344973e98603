"""No method of the socket reads or writes below TLS: each is ssl's, refused, or allowed here."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

import cffisock

from .support import python

# Public methods that SSLSocket has from the socket as they are, each with the reason.
ALLOWED = {
    "accept": "ssl makes a connection with TLS of what it gives",
    "bind": "names the socket",
    "close": "ends both",
    "connect": "ssl shakes hands after it",
    "connect_ex": "ssl shakes hands after it",
    "detach": "gives the descriptor away, as the caller asked",
    "dup": "ssl refuses it",
    "family": "is said, and nothing is sent",
    "fileno": "gives the descriptor, as the caller asked",
    "get_inheritable": "is about the descriptor",
    "getblocking": "is said, and nothing is sent",
    "getpeername": "names the socket",
    "getsockname": "names the socket",
    "getsockopt": "no option is data",
    "gettimeout": "is said, and nothing is sent",
    "listen": "nothing is sent",
    "makefile": "its files use recv_into() and send(), which are ssl's",
    "proto": "is said, and nothing is sent",
    "sendfile": "ssl sends it by send()",
    "sendmsg_afalg": "is for sockets of AF_ALG, which have no TLS",
    "set_inheritable": "is about the descriptor",
    "setblocking": "nothing is sent",
    "setsockopt": "no option is data",
    "settimeout": "nothing is sent",
    "shutdown": "ssl ends TLS with it",
    "timeout": "is said, and nothing is sent",
    "type": "is said, and nothing is sent",
}
if sys.platform == "win32":
    ALLOWED["ioctl"] = "none of its controls is data"
    ALLOWED["share"] = "gives the descriptor away, as the caller asked"
    del ALLOWED["sendmsg_afalg"]
# Methods that only cffisock has, where it has them.
BEYOND = {"recvmmsg", "recvmmsg_into", "sendmmsg"} & {*dir(cffisock.socket)}

# Says how SSLSocket has each public name of the socket, with a method that ssl has never heard of.
REPORT = """
import json
import cffisock
base = cffisock._socket.socket
base.recv_everything = lambda self: base.recv(self, 65536)
cffisock.install()
import ssl
found = {}
for name in dir(cffisock.socket):
    if name.startswith("_"):
        continue
    member = vars(ssl.SSLSocket).get(name)
    if member is None:
        found[name] = "inherited"
    elif getattr(member, "__module__", "ssl") == "ssl":
        found[name] = "ssl's"
    else:
        try:
            member(object())
        except NotImplementedError:
            found[name] = "refused"
        except Exception:
            found[name] = "adapted"
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found() -> Any:
    run = python("-c", REPORT)
    assert run.stderr == ""
    return json.loads(run.stdout)


def test_every_method_is_accounted_for(found: Any) -> None:
    inherited = {name for name, how in found.items() if how == "inherited"}
    assert sorted(inherited - set(ALLOWED)) == []


def test_what_ssl_does_not_know_is_refused(found: Any) -> None:
    for name in (*BEYOND, "recv_everything"):
        assert found[name] == "refused"
    assert len(BEYOND) == (0 if sys.platform == "win32" else 3)


def test_data_goes_through_tls_or_not_at_all(found: Any) -> None:
    methods = {name for name in found if name.startswith(("recv", "send"))} - {
        "sendfile",
        "sendmsg_afalg",
    }
    assert {name: found[name] for name in methods if found[name] not in ("ssl's", "refused")} == {}
    assert len(methods) >= (8 if sys.platform == "win32" else 14)


def test_the_list_names_what_is_there(found: Any) -> None:
    assert sorted(set(ALLOWED) - set(found)) == []
