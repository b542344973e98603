"""Names, services, protocols, numeric addresses and byte order, beside the interpreter's own."""

from __future__ import annotations

import _socket
import errno
import inspect
import json
import os
import re
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

# What CPython 3.15 does, by its outcome, where another interpreter does something else.
RECORD: dict[str, str] = {
    "OverflowError: Python int too large for C uint16_t": """
        S.htons(65536)
        S.htons(INT_MAX)
        S.htons(2**31)
        S.htons(2**64)
        S.ntohs(65536)
    """,
    f"{NEGATIVE}: Cannot convert negative int": """
        S.htons(-1)
        S.htons(-2**31 - 1)
        S.htons(-2**70)
        S.htons(Index(-1))
        S.ntohs(-1)
        S.htonl(-1)
        S.htonl(-2**70)
        S.ntohl(-1)
    """,
    "83886080": """
        S.htonl(Index(5))
    """,
    "OverflowError: Python int too large for C uint32_t": """
        S.htonl(2**32)
        S.htonl(2**63)
        S.htonl(2**64)
        S.ntohl(2**32)
    """,
    "TypeError: 'float' object cannot be interpreted as an integer": """
        S.htonl(1.0)
        S.ntohl(1.0)
    """,
    "TypeError: 'str' object cannot be interpreted as an integer": """
        S.htonl('1')
        S.getnameinfo(('127.0.0.1', 80, 'x'), 3)
    """,
    "TypeError: 'NoneType' object cannot be interpreted as an integer": """
        S.htonl(None)
        S.ntohl(None)
    """,
    "ValueError: embedded null character": """
        S.inet_aton('1.2.3.4\\0')
        S.inet_pton(S.AF_INET, '1.2.3.4\\0')
        S.getnameinfo(('a\\0b', 80), 3)
        S.getservbyname('http', 'tcp\\0')
        S.getservbyname('http\\0')
        S.getservbyport(80, 'tcp\\0')
        S.getprotobyname('tcp\\0')
    """,
    "UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 0:"
    " surrogates not allowed": """
        S.inet_aton('\\ud800')
        S.inet_pton(S.AF_INET, '\\ud800')
        S.getnameinfo(('\\ud800', 80), 3)
        S.getservbyname('\\ud800')
        S.getprotobyname('\\ud800')
    """,
    "OSError 97: [Errno 97] Address family not supported by protocol": """
        S.inet_pton(S.AF_UNIX, 'x')
        S.inet_pton(0, '1.2.3.4')
        S.inet_pton(-1, '1.2.3.4')
        S.inet_pton(True, '1.2.3.4')
    """,
    "OverflowError: signed integer is greater than maximum": """
        S.inet_pton(2**31, '1.2.3.4')
        S.inet_ntop(2**31, b'1234')
        S.getaddrinfo('127.0.0.1', 80, 2**31)
        S.getaddrinfo('127.0.0.1', 80, 0, 2**31)
        S.getaddrinfo('127.0.0.1', 80, 0, 0, 2**31)
        S.getaddrinfo('127.0.0.1', 80, 0, 0, 0, 2**31)
        S.getnameinfo(('127.0.0.1', 2**31), 3)
        S.getnameinfo(('127.0.0.1', 80), 2**31)
    """,
    "ValueError: unknown address family 1": """
        S.inet_ntop(S.AF_UNIX, b'1234')
    """,
    "ValueError: unknown address family 0": """
        S.inet_ntop(0, b'')
    """,
    "ValueError: unknown address family -1": """
        S.inet_ntop(-1, b'')
    """,
    "[(10, 1, 6, '', ('fe80::1', 80, 0, 1))]": """
        S.getaddrinfo('fe80::1%lo', 80, 0, 1)
        S.getaddrinfo('fe80::1%1', 80, 0, 1)
    """,
    "gaierror -8: [Errno -8] Servname not supported for ai_socktype": """
        S.getaddrinfo('127.0.0.1', 2**64, 0, 1)
        S.getaddrinfo('127.0.0.1', -2**70, 0, 1)
    """,
    "[(2, 1, 6, '', ('127.0.0.1', 1))]": """
        S.getaddrinfo('127.0.0.1', True, 0, 1)
    """,
    "[(2, 1, 6, '', ('127.0.0.1', 80))]": """
        S.getaddrinfo('127.0.0.1', Index(80), 0, 1)
    """,
    "OSError None: Int or String expected": """
        S.getaddrinfo('127.0.0.1', 1.0)
        S.getaddrinfo('127.0.0.1', bytearray(b'80'))
        S.getaddrinfo('127.0.0.1', [])
    """,
    "OverflowError: signed integer is less than minimum": """
        S.getaddrinfo('127.0.0.1', 80, -2**31 - 1)
    """,
    "('::1%4294967295', '80')": """
        S.getnameinfo(('::1', 80, 0, -1), 3)
    """,
    "('127.0.0.1', '0')": """
        S.getnameinfo(('127.0.0.1', 65536), 3)
    """,
    "OSError None: IPv4 sockaddr must be 2 tuple": """
        S.getnameinfo(('127.0.0.1', 80, 0), 3)
        S.getnameinfo(('127.0.0.1', 80, 0, 0), 3)
    """,
    "TypeError: getnameinfo(): illegal sockaddr argument": """
        S.getnameinfo((), 3)
        S.getnameinfo(('127.0.0.1',), 3)
        S.getnameinfo(('::1', 80, 0, 0, 0), 3)
    """,
    "TypeError: getnameinfo() argument 1 must be a tuple": """
        S.getnameinfo(['127.0.0.1', 80], 3)
    """,
    "TypeError: getservbyname() argument 2 must be str, not None": """
        S.getservbyname('http', None)
    """,
    "TypeError: getservbyport() argument 2 must be str, not None": """
        S.getservbyport(80, None)
    """,
    "TypeError: gethostbyname() argument 1 must be encoded string without null bytes, not str": """
        S.gethostbyname('a\\0b')
    """,
    "TypeError: gethostbyname_ex() argument 1 must be encoded string"
    " without null bytes, not str": """
        S.gethostbyname_ex('a\\0b')
    """,
    "TypeError: gethostbyaddr() argument 1 must be encoded string without null bytes, not str": """
        S.gethostbyaddr('a\\0b')
    """,
}
SAYS = {
    line.strip(): outcome
    for outcome, lines in RECORD.items()
    for line in lines.strip().splitlines()
}


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
    """Of an exception no more than its type and errno; PyPy's herror has no code."""
    exception = re.match(r"(herror|\w+( -?\w+)?)[: ]", outcome)
    return exception[1] if exception else outcome


def expressions() -> list[str]:
    found = CASES.strip().splitlines()
    found += [f"S.{look_up}({host})" for look_up in LOOKUPS for host in HOSTS.strip().splitlines()]
    # For this one CPython reports the code of an earlier look-up.
    found.remove("S.gethostbyname_ex('<broadcast>')")
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


# --- calls --------------------------------------------------------------------------------------

FUNCTIONS = {
    "htons": 1,
    "ntohs": 1,
    "htonl": 1,
    "ntohl": 1,
    "inet_aton": 1,
    "inet_ntoa": 1,
    "inet_pton": 2,
    "inet_ntop": 2,
    "getnameinfo": 2,
    "gethostbyname": 1,
    "gethostbyname_ex": 1,
    "gethostbyaddr": 1,
    "gethostname": 0,
    "sethostname": 1,
    "getservbyname": 2,
    "getservbyport": 2,
    "getprotobyname": 1,
}


@pytest.mark.parametrize(("name", "most"), FUNCTIONS.items())
def test_arguments_are_positional_and_counted(name: str, most: int) -> None:
    function = getattr(low, name)
    parameters = inspect.signature(function).parameters.values()
    assert [parameter.kind for parameter in parameters] == [
        inspect.Parameter.POSITIONAL_ONLY
    ] * most
    assert function.__name__ == function.__qualname__ == name
    assert function.__doc__
    with pytest.raises(TypeError):
        function(*["1"] * (most + 1))


def test_the_public_functions_are_the_same() -> None:
    for name in FUNCTIONS:
        assert getattr(cffisock, name) is getattr(low, name)


AUDITED = {
    "S.getaddrinfo('127.0.0.1', '80', 0, 1, 6, 4)": [
        "socket.getaddrinfo",
        ["127.0.0.1", "80", 0, 1, 6],
    ],
    "S.getaddrinfo(None, 80, 2)": ["socket.getaddrinfo", [None, 80, 2, 0, 0]],
    "S.getaddrinfo('127.0.0.1', None, 99)": ["socket.getaddrinfo", ["127.0.0.1", None, 99, 0, 0]],
    "S.getaddrinfo(1, 80)": None,
    "S.getaddrinfo('127.0.0.1', 1.0)": None,
    "S.gethostbyname('127.0.0.1')": ["socket.gethostbyname", ["127.0.0.1"]],
    "S.gethostbyname_ex('127.0.0.1')": ["socket.gethostbyname", ["127.0.0.1"]],
    "S.gethostbyaddr('127.0.0.1')": ["socket.gethostbyaddr", ["127.0.0.1"]],
    "S.gethostbyname(1)": None,
    "S.gethostbyaddr('a\\0b')": None,
    "S.getservbyname('http')": ["socket.getservbyname", ["http", None]],
    "S.getservbyname('no-such', 'tcp')": ["socket.getservbyname", ["no-such", "tcp"]],
    "S.getservbyname('http', '')": ["socket.getservbyname", ["http", ""]],
    "S.getservbyname(1)": None,
    "S.getservbyport(80)": ["socket.getservbyport", [80, None]],
    "S.getservbyport(80, 'tcp')": ["socket.getservbyport", [80, "tcp"]],
    "S.getservbyport(65536)": None,
    "S.getnameinfo(('127.0.0.1', 80), 3)": ["socket.getnameinfo", [["127.0.0.1", 80]]],
    "S.getnameinfo(('x', 80), 3)": ["socket.getnameinfo", [["x", 80]]],
    "S.getnameinfo(('::1', 80, 2**20), 3)": None,
    "S.gethostname()": ["socket.gethostname", []],
    "S.sethostname('x' * 65)": ["socket.sethostname", ["b'" + "x" * 65 + "'"]],
    "S.sethostname(1)": None,
    "S.getprotobyname('tcp')": None,
    "S.inet_aton('127.0.0.1')": None,
}
AUDIT = """
import importlib, json, sys
S = importlib.import_module(sys.argv[1])
events = []
sys.addaudithook(lambda *event: events.append(event) if event[0].startswith("socket.") else None)
found = {}
for expression in json.loads(sys.argv[2]):
    try:
        eval(expression)
    except Exception:
        pass
    assert len(events) <= 1
    found[expression] = events.pop() if events else None
print(json.dumps(found, default=repr))
"""


# PyPy's own module has other events.
@pytest.mark.parametrize("module", ["cffisock._socket"] + ["_socket"] * (not IS_PYPY))
def test_audit_events(module: str) -> None:
    run = python("-c", AUDIT, module, json.dumps(list(AUDITED)))
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == AUDITED


# --- byte order and numeric addresses ----------------------------------------------------------


@given(st.integers(0, 2**16 - 1))
def test_16_bits(number: int) -> None:
    assert low.htons(number) == own.htons(number)
    assert low.ntohs(low.htons(number)) == number
    assert low.htons(number).to_bytes(2, sys.byteorder) == number.to_bytes(2, "big")


@given(st.integers(0, 2**32 - 1))
def test_32_bits(number: int) -> None:
    assert low.htonl(number) == own.htonl(number)
    assert low.ntohl(low.htonl(number)) == number
    assert low.htonl(number).to_bytes(4, sys.byteorder) == number.to_bytes(4, "big")


@given(st.text("0123456789abcdefxX.: %g\n", max_size=20))
def test_texts_that_may_be_addresses(text: str) -> None:
    for call in (
        "S.inet_aton({!r})",
        "S.inet_pton(S.AF_INET, {!r})",
        "S.inet_pton(S.AF_INET6, {!r})",
    ):
        expression = call.format(text)
        for _ in range(2):  # the second time from memory
            assert told(low, expression) == told(_socket, expression)


@given(st.binary(max_size=5) | st.binary(min_size=14, max_size=18))
def test_bytes_that_may_be_addresses(packed: bytes) -> None:
    for call in (
        "S.inet_ntoa({!r})",
        "S.inet_ntop(S.AF_INET, {!r})",
        "S.inet_ntop(S.AF_INET6, {!r})",
    ):
        expression = call.format(packed)
        for _ in range(2):
            assert told(low, expression) == told(_socket, expression)


@given(st.binary(min_size=16, max_size=16))
def test_there_and_back(packed: bytes) -> None:
    assert low.inet_pton(own.AF_INET6, low.inet_ntop(own.AF_INET6, packed)) == packed
    assert low.inet_aton(low.inet_ntoa(packed[:4])) == packed[:4]


def test_what_is_remembered_is_not_taken_for_an_equal_value_of_another_type() -> None:
    assert low.htons(1) == low.htons(True) == own.htons(1)
    assert low.inet_pton(2, "1.2.3.4") == b"\1\2\3\4"
    assert low.inet_ntoa(b"1234") == low.inet_ntop(2, b"1234") == "49.50.51.52"
    for expression in (
        "S.htons(1.0)",
        "S.ntohl(1.0)",
        "S.inet_pton(2.0, '1.2.3.4')",
        "S.inet_pton(2, b'1.2.3.4')",
        "S.inet_ntop(2.0, b'1234')",
    ):
        assert told(low, expression).startswith("TypeError")
    for expression in (
        "S.inet_ntoa(memoryview(b'1.2.3.4.')[::2])",
        "S.inet_ntop(2, memoryview(b'1.2.3.4.')[::2])",
    ):
        # PyPy gathers the bytes.
        assert told(low, expression) == told(_socket, expression)
    for function in (low.inet_ntoa, lambda packed: low.inet_ntop(2, packed)):
        data = bytearray(b"1234")
        assert function(data) == function(memoryview(data)) == "49.50.51.52"
        data.append(0)  # not locked any more


def test_what_is_remembered_is_bounded() -> None:
    tables: list[dict[Any, Any]] = [_inet._loose, _inet._packed, _inet._texts]
    for number in range(3 * _inet.KNOWN_MAX):
        packed = number.to_bytes(4, "big")
        text = low.inet_ntoa(packed)
        assert low.inet_aton(text) == low.inet_pton(own.AF_INET, text) == packed
    assert all(0 < len(table) <= _inet.KNOWN_MAX for table in tables)
    assert low.inet_aton("9.9.9.9 " + "x" * 1000) == b"\t\t\t\t"
    assert max(map(len, _inet._loose)) <= 45


def test_families_as_enums() -> None:
    packed = low.inet_pton(cffisock.AF_INET6, "::1")
    assert low.inet_ntop(own.AF_INET6, packed) == "::1"
    assert low.inet_pton(cffisock.AF_INET, "1.2.3.4") == low.inet_pton(own.AF_INET, "1.2.3.4")


# --- look-ups ------------------------------------------------------------------------------------


def test_plain_ints() -> None:
    for answer in low.getaddrinfo("127.0.0.1", 80, flags=low.AI_CANONNAME):
        assert [type(item) for item in answer] == [int, int, int, str, tuple]


def test_the_list_of_answers_is_the_callers() -> None:
    first = low.getaddrinfo("127.0.0.1", 80)
    kept = list(first)
    first.clear()
    assert low.getaddrinfo("127.0.0.1", 80) == kept == _socket.getaddrinfo("127.0.0.1", 80)


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_host_may_be_bytes(name: str) -> None:
    function = getattr(low, name)
    assert function(b"localhost") == function(bytearray(b"localhost")) == function("localhost")


def test_herror() -> None:
    with pytest.raises(cffisock.herror) as caught:
        low.gethostbyname_ex("<broadcast>")
    assert caught.value.args == (1, "Unknown host")
    with pytest.raises(cffisock.herror) as caught:
        low.gethostbyname_ex("")
    assert caught.value.args == (3, "Unknown server error")


LOOK_UPS = [
    "S.getaddrinfo('localhost', 80, 0, 0, 0, S.AI_CANONNAME)",
    "S.gethostbyname_ex('localhost')",
    "S.gethostbyaddr('127.0.0.1')",
    "S.getservbyname('http', 'tcp')",
    "S.getservbyport(80)",
    "S.getprotobyname('tcp')",
]


@pytest.mark.parametrize("expression", LOOK_UPS)
def test_as_much_room_as_it_takes(expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_netdb, "_ROOMS", (1, 8, 64, 256, 512, 4096))
    assert told(low, expression) == told(_socket, expression)
    monkeypatch.setattr(_netdb, "_ROOMS", (1, 8))
    assert told(low, expression).startswith(f"OSError {errno.ERANGE}: ")


def test_errno_is_the_cause() -> None:
    """With no descriptor left the look-up of a name fails with EAI_SYSTEM, or not at all."""
    code = (
        "import resource, sys, encodings.idna\n"
        "import _socket, cffisock._socket\n"
        "hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n"
        "def tell(module):\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))\n"
        "    try:\n"
        "        result = module.getaddrinfo('localhost', 80)\n"
        "    except OSError as error:\n"
        "        result = type(error).__name__, error.args\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))\n"
        "    return result\n"
        "ours = tell(cffisock._socket)\n"
        "print(ours == tell(_socket), ours)\n"
    )
    run = python("-c", code)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("True "), run.stdout


def test_in_many_threads() -> None:
    expressions = [*LOOK_UPS, "S.getnameinfo(('127.0.0.1', 80), 0)", "S.inet_ntoa(bytes(4))"]
    expected = [told(_socket, expression) for expression in expressions]
    wrong: list[list[str]] = []

    def look_up() -> None:
        for _ in range(20):
            found = [told(low, expression) for expression in expressions]
            if found != expected:
                wrong.append(found)

    threads = [threading.Thread(target=look_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- with files of hosts and services of one's own ---------------------------------------------

TELL = """
import importlib, json, sys
S = importlib.import_module(sys.argv[1])
print(json.dumps([repr(eval(expression)) for expression in sys.argv[2:]]))
"""


def evaluated(etc: Path, module: str, *expressions: str) -> list[Any]:
    """The values of the expressions in a process in which the files of /etc are those in etc."""
    binds = " && ".join(f"mount --bind {file} /etc/{file.name}" for file in etc.iterdir())
    script = f'{binds} && exec "$@"'
    command = ["unshare", "--mount", "sh", "-ec", script, "sh", sys.executable, "-c", TELL]
    run = python("-c", RUN, *command, module, *expressions)
    assert run.returncode == 0, run.stderr
    return [eval(told) for told in json.loads(run.stdout)]


RUN = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"


@pytest.mark.root
def test_hosts_with_several_addresses_and_names(tmp_path: Path) -> None:
    (tmp_path / "nsswitch.conf").write_text("hosts: files\nservices: files\n")
    (tmp_path / "hosts").write_text(
        "127.0.0.1 localhost local one two\n"
        "::1 localhost six\n"
        + "".join(f"10.1.{n // 250}.{n % 250 + 1} many alias{n}\n" for n in range(300))
        + "10.2.0.1 named "
        + " ".join(f"name-{n}" for n in range(1000))
        + "\n"
    )
    (tmp_path / "services").write_text("http 80/tcp\nsecret 81/udp hidden\n")
    expressions = [
        "S.gethostbyaddr('127.0.0.1')",
        "S.gethostbyaddr('::1')",
        "S.gethostbyaddr('10.1.0.7')",
        "S.gethostbyname('many')",
        "S.gethostbyname_ex('localhost')",
        "S.gethostbyname_ex('two')",
        "S.getaddrinfo('localhost', 'secret')",
        "S.getaddrinfo('localhost', 80, 0, 1, 0, S.AI_CANONNAME)",
        "S.getaddrinfo('two', 80, 0, 1, 0, S.AI_CANONNAME)",
        "S.getaddrinfo('many', 80)",
        "S.getaddrinfo('six', 80)",
        "S.getnameinfo(('::1', 81, 0, 0), S.NI_DGRAM)",
        "S.getservbyname('hidden')",
        "S.getservbyport(81)",
    ]
    ours = evaluated(tmp_path, "cffisock._socket", *expressions)
    referee = evaluated(tmp_path, "_socket", *expressions)
    assert dict(zip(expressions, ours)) == dict(zip(expressions, referee))
    assert len(ours[9]) == 900
    # More than the interpreter's own module has room for.
    [named, many] = evaluated(
        tmp_path, "cffisock._socket", "S.gethostbyaddr('10.2.0.1')", "S.gethostbyname_ex('many')"
    )
    assert named == ("named", [f"name-{n}" for n in range(1000)], ["10.2.0.1"])
    assert len(many[2]) == 300


@pytest.mark.root
def test_a_host_gets_a_name() -> None:
    code = (
        "import sys, cffisock, socket\n"
        "for name in ('cffisock-1', b'cffisock-2'):\n"
        "    cffisock.sethostname(name)\n"
        "    assert cffisock.gethostname() == socket.gethostname()\n"
        "    print(cffisock.gethostname())\n"
    )
    before = own.gethostname()
    run = python("-c", RUN, "unshare", "--uts", sys.executable, "-c", code)
    assert (run.stdout, run.stderr) == ("cffisock-1\ncffisock-2\n", "")
    assert low.gethostname() == own.gethostname() == before


def test_gethostname_is_the_kernels() -> None:
    assert low.gethostname() == os.uname().nodename
