"""Names, services, protocols, numeric addresses and byte order, beside the interpreter's own."""

from __future__ import annotations

import _socket
import errno
import inspect
import json
import os
import socket as own
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cffisock
from cffisock import _inet, _netdb
from cffisock import _socket as low

from .differential import Index
from .support import CPYTHON, IS_PYPY, python

# Expressions, S is the low-level module.
CASES = """
S.htons(0)
S.htons(1)
S.htons(0x1234)
S.htons(65535)
S.htons(True)
S.htons(Index(5))
S.htons(65536)
S.htons(INT_MAX)
S.htons(2**31)
S.htons(2**64)
S.htons(-1)
S.htons(-2**31 - 1)
S.htons(-2**70)
S.htons(Index(-1))
S.htons(1.0)
S.htons('1')
S.htons(b'1')
S.htons(None)
S.ntohs(0x1234)
S.ntohs(65535)
S.ntohs(65536)
S.ntohs(-1)
S.ntohs(1.0)
S.ntohs(None)
S.htonl(0)
S.htonl(0x12345678)
S.htonl(2**32 - 1)
S.htonl(True)
S.htonl(Index(5))
S.htonl(2**32)
S.htonl(2**63)
S.htonl(2**64)
S.htonl(-1)
S.htonl(-2**70)
S.htonl(1.0)
S.htonl('1')
S.htonl(None)
S.ntohl(0x12345678)
S.ntohl(2**32)
S.ntohl(-1)
S.ntohl(1.0)
S.ntohl(None)
S.inet_aton('127.0.0.1')
S.inet_aton('127.1')
S.inet_aton('1')
S.inet_aton('0x7f.1')
S.inet_aton('010.1.1.1')
S.inet_aton('1.2.65535')
S.inet_aton('4294967295')
S.inet_aton('255.255.255.255')
S.inet_aton('1.2.3.4 ')
S.inet_aton('1.2.3.4 x')
S.inet_aton('1.2.3.4\\n')
S.inet_aton('1.2.3.4 ' + 'x' * 100)
S.inet_aton(Text('1.2.3.4'))
S.inet_aton('')
S.inet_aton('256.1.1.1')
S.inet_aton('1.2.65536')
S.inet_aton('4294967296')
S.inet_aton('1.2.3.4.5')
S.inet_aton('  1.2.3.4')
S.inet_aton('1.2.3.4x')
S.inet_aton('\\xe9')
S.inet_aton('1.2.3.\\u0664')
S.inet_aton('1.2.3.4\\0')
S.inet_aton('\\ud800')
S.inet_aton(b'1.2.3.4')
S.inet_aton(bytearray(b'1.2.3.4'))
S.inet_aton(1)
S.inet_aton(None)
S.inet_ntoa(b'\\x7f\\0\\0\\1')
S.inet_ntoa(bytearray(b'1234'))
S.inet_ntoa(memoryview(b'1234'))
S.inet_ntoa(array.array('I', [0]))
S.inet_ntoa(Data(b'1234'))
S.inet_ntoa(b'')
S.inet_ntoa(b'123')
S.inet_ntoa(b'12345')
S.inet_ntoa(memoryview(b'12345678')[::2])
S.inet_ntoa('1234')
S.inet_ntoa(None)
S.inet_ntoa(1)
S.inet_pton(S.AF_INET, '1.2.3.4')
S.inet_pton(Index(S.AF_INET), '1.2.3.4')
S.inet_pton(S.AF_INET, Text('1.2.3.4'))
S.inet_pton(S.AF_INET, '1.2.3')
S.inet_pton(S.AF_INET, '01.2.3.4')
S.inet_pton(S.AF_INET, '1.2.3.4 ')
S.inet_pton(S.AF_INET, '')
S.inet_pton(S.AF_INET, '::1')
S.inet_pton(S.AF_INET, '\\xe9')
S.inet_pton(S.AF_INET, '1.2.3.4\\0')
S.inet_pton(S.AF_INET, '\\ud800')
S.inet_pton(S.AF_INET, b'1.2.3.4')
S.inet_pton(S.AF_INET, None)
S.inet_pton(S.AF_INET6, '::1')
S.inet_pton(S.AF_INET6, '::')
S.inet_pton(S.AF_INET6, '::ffff:1.2.3.4')
S.inet_pton(S.AF_INET6, '2001:DB8::1')
S.inet_pton(S.AF_INET6, '1:2:3:4:5:6:7:8')
S.inet_pton(S.AF_INET6, 'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255')
S.inet_pton(S.AF_INET6, '1:2:3:4:5:6:7:8:9')
S.inet_pton(S.AF_INET6, 'fe80::1%lo')
S.inet_pton(S.AF_INET6, ':::')
S.inet_pton(S.AF_INET6, '::1/2')
S.inet_pton(S.AF_INET6, '1.2.3.4')
S.inet_pton(S.AF_INET6, '')
S.inet_pton(S.AF_INET6, '1::' + '0' * 100)
S.inet_pton(S.AF_UNIX, 'x')
S.inet_pton(0, '1.2.3.4')
S.inet_pton(-1, '1.2.3.4')
S.inet_pton(True, '1.2.3.4')
S.inet_pton(2**31, '1.2.3.4')
S.inet_pton('2', '1.2.3.4')
S.inet_pton(2.0, '1.2.3.4')
S.inet_pton(None, '1.2.3.4')
S.inet_ntop(S.AF_INET, b'1234')
S.inet_ntop(Index(S.AF_INET), b'1234')
S.inet_ntop(S.AF_INET, bytearray(b'1234'))
S.inet_ntop(S.AF_INET, memoryview(b'1234'))
S.inet_ntop(S.AF_INET, b'')
S.inet_ntop(S.AF_INET, b'123')
S.inet_ntop(S.AF_INET, b'12345')
S.inet_ntop(S.AF_INET, bytes(16))
S.inet_ntop(S.AF_INET, memoryview(b'12345678')[::2])
S.inet_ntop(S.AF_INET, '1234')
S.inet_ntop(S.AF_INET, None)
S.inet_ntop(S.AF_INET6, bytes(16))
S.inet_ntop(S.AF_INET6, bytes(range(16)))
S.inet_ntop(S.AF_INET6, bytes(10) + b'\\xff\\xff1234')
S.inet_ntop(S.AF_INET6, bytes(12) + b'1234')
S.inet_ntop(S.AF_INET6, b'\\xff' * 16)
S.inet_ntop(S.AF_INET6, bytes(15))
S.inet_ntop(S.AF_INET6, bytes(17))
S.inet_ntop(S.AF_INET6, b'1234')
S.inet_ntop(S.AF_UNIX, b'1234')
S.inet_ntop(0, b'')
S.inet_ntop(-1, b'')
S.inet_ntop(2**31, b'1234')
S.inet_ntop('2', b'1234')
S.inet_ntop(2.0, b'1234')
S.getaddrinfo('localhost', 80)
S.getaddrinfo(b'localhost', 80)
S.getaddrinfo(None, 80)
S.getaddrinfo(None, 0)
S.getaddrinfo('127.0.0.1', 80)
S.getaddrinfo('::1', 80)
S.getaddrinfo('127.1', 80)
S.getaddrinfo('127.0.0.1', 80, S.AF_INET, S.SOCK_STREAM, S.IPPROTO_TCP, 0)
S.getaddrinfo(host='127.0.0.1', port=80, family=2, type=1, proto=6, flags=0)
S.getaddrinfo(port=80, host='127.0.0.1', type=2)
S.getaddrinfo('127.0.0.1', 80, proto=S.IPPROTO_UDP)
S.getaddrinfo('127.0.0.1', 80, Index(2), Index(1), Index(6), Index(0))
S.getaddrinfo('LOCALHOST', 80, 0, 1)
S.getaddrinfo('localhost.', 80, 0, 1)
S.getaddrinfo('fe80::1%lo', 80, 0, 1)
S.getaddrinfo('fe80::1%1', 80, 0, 1)
S.getaddrinfo('fe80::1%no-such-if', 80)
S.getaddrinfo('::ffff:1.2.3.4', 80, S.AF_INET6, 1)
S.getaddrinfo('1.2.3.4', 80, S.AF_INET6, 1, 0, S.AI_V4MAPPED)
S.getaddrinfo(None, 80, S.AF_INET, 1, 0, S.AI_PASSIVE)
S.getaddrinfo(None, 80, S.AF_INET6, 1, 0, S.AI_PASSIVE)
S.getaddrinfo('localhost', 80, 0, 1, 0, S.AI_CANONNAME)
S.getaddrinfo('127.0.0.1', 80, 0, 0, 0, S.AI_CANONNAME)
S.getaddrinfo('localhost', 80, 0, 1, 0, S.AI_NUMERICHOST)
S.getaddrinfo('localhost', 'http', 0, 1, 0, S.AI_NUMERICSERV)
S.getaddrinfo('127.0.0.1', 80, S.AF_INET6)
S.getaddrinfo('::1', 80, S.AF_INET)
S.getaddrinfo('::1', 80, S.AF_INET6, S.SOCK_RAW)
S.getaddrinfo('127.0.0.1', 'http', 2, 2, 17)
S.getaddrinfo('', 80)
S.getaddrinfo(b'', 80)
S.getaddrinfo('no-such-host.invalid', 80)
S.getaddrinfo('\\xe9.invalid', 80)
S.getaddrinfo('<broadcast>', 80)
S.getaddrinfo(' ', 80)
S.getaddrinfo('a b', 80)
S.getaddrinfo(b'\\xff', 80)
S.getaddrinfo('.', 80)
S.getaddrinfo('..', 80)
S.getaddrinfo('a..b', 80)
S.getaddrinfo('.a', 80)
S.getaddrinfo('a' * 63, 80)
S.getaddrinfo('a' * 64, 80)
S.getaddrinfo('a' * 300, 80)
S.getaddrinfo('\\xe9' * 64, 80)
S.getaddrinfo('..\\xe9', 80)
S.getaddrinfo('\\ud800', 80)
S.getaddrinfo('127.0.0.1\\0x', 80, 0, 1)
S.getaddrinfo(bytearray(b'localhost'), 80)
S.getaddrinfo(memoryview(b'localhost'), 80)
S.getaddrinfo(1, 80)
S.getaddrinfo(1.0, 80)
S.getaddrinfo('127.0.0.1', None, 0, 1)
S.getaddrinfo('localhost', None, 0, 1)
S.getaddrinfo(None, None)
S.getaddrinfo('', None)
S.getaddrinfo('127.0.0.1', 0, 0, 1)
S.getaddrinfo('127.0.0.1', 65535, 0, 1)
S.getaddrinfo('127.0.0.1', 65536, 0, 1)
S.getaddrinfo('127.0.0.1', -1, 0, 1)
S.getaddrinfo('127.0.0.1', 2**31, 0, 1)
S.getaddrinfo('127.0.0.1', 2**63 - 1, 0, 1)
S.getaddrinfo('127.0.0.1', 2**64, 0, 1)
S.getaddrinfo('127.0.0.1', -2**70, 0, 1)
S.getaddrinfo('127.0.0.1', True, 0, 1)
S.getaddrinfo('127.0.0.1', Index(80), 0, 1)
S.getaddrinfo('127.0.0.1', '80', 0, 1)
S.getaddrinfo('127.0.0.1', b'80', 0, 1)
S.getaddrinfo('127.0.0.1', 'http', 0, 1)
S.getaddrinfo('127.0.0.1', b'http', 0, 1)
S.getaddrinfo('127.0.0.1', ' 80', 0, 1)
S.getaddrinfo('127.0.0.1', '', 0, 1)
S.getaddrinfo('127.0.0.1', b'', 0, 1)
S.getaddrinfo('127.0.0.1', '80\\0', 0, 1)
S.getaddrinfo('127.0.0.1', '-1', 0, 1)
S.getaddrinfo('127.0.0.1', '65536', 0, 1)
S.getaddrinfo('127.0.0.1', '0x50', 0, 1)
S.getaddrinfo('127.0.0.1', 'no-such-service', 0, 1)
S.getaddrinfo('127.0.0.1', '\\xe9', 0, 1)
S.getaddrinfo('127.0.0.1', '\\ud800', 0, 1)
S.getaddrinfo('127.0.0.1', 1.0)
S.getaddrinfo('127.0.0.1', bytearray(b'80'))
S.getaddrinfo('127.0.0.1', [])
S.getaddrinfo('127.0.0.1', 80, -1)
S.getaddrinfo('127.0.0.1', 80, S.AF_UNIX)
S.getaddrinfo('127.0.0.1', 80, 999)
S.getaddrinfo('127.0.0.1', 80, 2**31)
S.getaddrinfo('127.0.0.1', 80, -2**31 - 1)
S.getaddrinfo('127.0.0.1', 80, '2')
S.getaddrinfo('127.0.0.1', 80, 2.0)
S.getaddrinfo('127.0.0.1', 80, None)
S.getaddrinfo('127.0.0.1', 80, 0, -1)
S.getaddrinfo('127.0.0.1', 80, 0, 99)
S.getaddrinfo('127.0.0.1', 80, 0, 2**31)
S.getaddrinfo('127.0.0.1', 80, 0, None)
S.getaddrinfo('127.0.0.1', 80, 0, 0, 1)
S.getaddrinfo('127.0.0.1', 80, 0, 0, -1)
S.getaddrinfo('127.0.0.1', 80, 0, 0, 2**31)
S.getaddrinfo('127.0.0.1', 80, 0, 0, '1')
S.getaddrinfo('127.0.0.1', 80, 0, 0, 0, -1)
S.getaddrinfo('127.0.0.1', 80, 0, 0, 0, 99)
S.getaddrinfo('127.0.0.1', 80, 0, 0, 0, 2**31)
S.getaddrinfo('127.0.0.1', 80, 0, 0, 0, 1.0)
S.getnameinfo(('127.0.0.1', 80), 0)
S.getnameinfo(('127.0.0.1', 80), S.NI_NUMERICHOST)
S.getnameinfo(('127.0.0.1', 80), S.NI_NUMERICSERV)
S.getnameinfo(('127.0.0.1', 80), S.NI_NUMERICHOST | S.NI_NUMERICSERV)
S.getnameinfo(('127.0.0.1', 53), S.NI_DGRAM)
S.getnameinfo(('127.0.0.1', 80), S.NI_NAMEREQD)
S.getnameinfo(('127.0.0.1', 9999), 0)
S.getnameinfo(('127.1', 80), 3)
S.getnameinfo(('127.0.0.1', True), 3)
S.getnameinfo(('127.0.0.1', Index(80)), Index(3))
S.getnameinfo(Pair(('127.0.0.1', 80)), 3)
S.getnameinfo(('::1', 80), 3)
S.getnameinfo(('::1', 80, 5), 3)
S.getnameinfo(('::1', 80, 0, 0), 3)
S.getnameinfo(('fe80::1', 80, 0, 1), 3)
S.getnameinfo(('fe80::1%lo', 80), 3)
S.getnameinfo(('fe80::1%lo', 80, 0, 5), 3)
S.getnameinfo(('::1', 80, 0xfffff, 2**32 - 1), 3)
S.getnameinfo(('::1', 80, 0, -1), 3)
S.getnameinfo(('::1', 80, 0x100000), 3)
S.getnameinfo(('::1', 80, -1), 3)
S.getnameinfo(('127.9.9.9', 80), S.NI_NAMEREQD)
S.getnameinfo(('localhost', 80), 3)
S.getnameinfo(('no-such-host.invalid', 80), 3)
S.getnameinfo(('', 80), 3)
S.getnameinfo(('<broadcast>', 80), 3)
S.getnameinfo(('\\xe9', 80), 3)
S.getnameinfo(('\\ud800', 80), 3)
S.getnameinfo(('a\\0b', 80), 3)
S.getnameinfo(('127.0.0.1', 65536), 3)
S.getnameinfo(('127.0.0.1', -1), 3)
S.getnameinfo(('127.0.0.1', 2**31), 3)
S.getnameinfo(('127.0.0.1', '80'), 3)
S.getnameinfo(('127.0.0.1', 80.0), 3)
S.getnameinfo(('127.0.0.1', None), 3)
S.getnameinfo(('127.0.0.1', 80, 0), 3)
S.getnameinfo(('127.0.0.1', 80, 0, 0), 3)
S.getnameinfo(('127.0.0.1', 80, 'x'), 3)
S.getnameinfo(('::1', 80, 0, 'x'), 3)
S.getnameinfo((), 3)
S.getnameinfo(('127.0.0.1',), 3)
S.getnameinfo(('::1', 80, 0, 0, 0), 3)
S.getnameinfo((b'127.0.0.1', 80), 3)
S.getnameinfo((None, 80), 3)
S.getnameinfo(['127.0.0.1', 80], 3)
S.getnameinfo('127.0.0.1', 3)
S.getnameinfo(None, 3)
S.getnameinfo(('127.0.0.1', 80), -1)
S.getnameinfo(('127.0.0.1', 80), 1024)
S.getnameinfo(('127.0.0.1', 80), 2**31)
S.getnameinfo(('127.0.0.1', 80), '3')
S.getnameinfo(('127.0.0.1', 80), None)
S.getnameinfo(('127.0.0.1', 80), 3.0)
S.gethostname()
S.sethostname('a' * 65)
S.sethostname(b'a' * 65)
S.sethostname(1)
S.sethostname(None)
S.sethostname(bytearray(b'x'))
S.sethostname('a\\0b')
S.sethostname('\\ud800')
S.getservbyname('http')
S.getservbyname('http', 'tcp')
S.getservbyname('www')
S.getservbyname('domain', 'udp')
S.getservbyname('http', 'udp')
S.getservbyname('http', 'no-such-protocol')
S.getservbyname('http', '')
S.getservbyname('')
S.getservbyname('no-such-service')
S.getservbyname('\\xe9')
S.getservbyname('http', None)
S.getservbyname('http', b'tcp')
S.getservbyname('http', 'tcp\\0')
S.getservbyname('http\\0')
S.getservbyname('\\ud800')
S.getservbyname(b'http')
S.getservbyname(80)
S.getservbyname(None)
S.getservbyport(80)
S.getservbyport(80, 'tcp')
S.getservbyport(53, 'udp')
S.getservbyport(Index(80))
S.getservbyport(True)
S.getservbyport(80, 'udp')
S.getservbyport(80, '')
S.getservbyport(0)
S.getservbyport(65535)
S.getservbyport(65536)
S.getservbyport(-1)
S.getservbyport(2**31)
S.getservbyport('80')
S.getservbyport(80.0)
S.getservbyport(None)
S.getservbyport(80, None)
S.getservbyport(80, b'tcp')
S.getservbyport(80, 'tcp\\0')
S.getprotobyname('tcp')
S.getprotobyname('udp')
S.getprotobyname('TCP')
S.getprotobyname('icmp')
S.getprotobyname('ipv6')
S.getprotobyname('no-such-protocol')
S.getprotobyname('')
S.getprotobyname('\\xe9')
S.getprotobyname('tcp\\0')
S.getprotobyname('\\ud800')
S.getprotobyname(b'tcp')
S.getprotobyname(6)
S.getprotobyname(None)
"""

HOSTS = """
'localhost'
'127.0.0.1'
'127.9.9.9'
'255.255.255.255'
'::1'
'fe80::1%lo'
'1.2.3'
'0'
'0x7f.1'
'LOCALHOST'
''
'<broadcast>'
'256.1.1.1'
'no-such-host.invalid'
'\\xe9.invalid'
' '
'a b'
'..'
'a..b'
'a' * 300
'\\xe9' * 64
'..\\xe9'
'\\ud800'
b'localhost'
bytearray(b'localhost')
'a\\0b'
b'a\\0b'
bytearray(b'a\\0b')
memoryview(b'localhost')
1
None
"""
LOOKUPS = ("gethostbyname", "gethostbyname_ex", "gethostbyaddr")

# What a negative number is where an unsigned one is asked for.
NEGATIVE = "ValueError" if sys.version_info >= (3, 14) else "OverflowError"

# What CPython 3.15 does, where another interpreter does something else.
SAYS: dict[str, str] = {}


class Text(str):
    __slots__ = ()


class Data(bytes):
    __slots__ = ()


class Pair(tuple):  # type: ignore[type-arg]
    __slots__ = ()


def told(module: Any, expression: str) -> str:
    """The repr of what the expression is with ``S`` as the module, or its exception."""
    import array

    names = {"Index": Index, "Text": Text, "Data": Data, "Pair": Pair, "array": array}
    try:
        return repr(eval(expression, {"S": module, "INT_MAX": 2**31 - 1, **names}))
    except Exception as error:  # noqa: BLE001
        number = f" {error.errno}" if isinstance(error, OSError) else ""
        return f"{type(error).__name__}{number}: {error}"


def without_text(outcome: str) -> str:
    """Of an exception no more than its type and errno."""
    kind, colon, _ = outcome.partition(": ")
    return kind if colon and kind[0].isupper() else outcome


def expressions() -> list[str]:
    found = CASES.strip().splitlines()
    found += [f"S.{look_up}({host})" for look_up in LOOKUPS for host in HOSTS.strip().splitlines()]
    assert len(set(found)) == len(found)
    assert set(SAYS) <= set(found)
    return found


@pytest.mark.parametrize("expression", expressions())
def test_same(expression: str) -> None:
    ours, referee = told(low, expression), told(_socket, expression)
    expected = SAYS.get(expression, referee)
    if CPYTHON >= (3, 15):
        assert referee == expected, "the record is wrong"
    if CPYTHON >= (3, 13):
        assert ours == expected
    else:
        assert without_text(ours) == without_text(expected)
