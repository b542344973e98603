"""What tests/test_netdb.py asks both modules: tables of look-ups, and of what differs."""

from __future__ import annotations

import sys

# Expressions, S is the low-level module.
CASES = """
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

# What CPython 3.15 does, by its outcome, where another interpreter does something else.
RECORD: dict[str, str] = {
    "TypeError: 'str' object cannot be interpreted as an integer": """
        S.getnameinfo(('127.0.0.1', 80, 'x'), 3)
    """,
    "ValueError: embedded null character": """
        S.getnameinfo(('a\\0b', 80), 3)
        S.getservbyname('http', 'tcp\\0')
        S.getservbyname('http\\0')
        S.getservbyport(80, 'tcp\\0')
        S.getprotobyname('tcp\\0')
    """,
    "UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position"
    " 0: surrogates not allowed": """
        S.getnameinfo(('\\ud800', 80), 3)
        S.getservbyname('\\ud800')
        S.getprotobyname('\\ud800')
    """,
    "OverflowError: signed integer is greater than maximum": """
        S.getaddrinfo('127.0.0.1', 80, 2**31)
        S.getaddrinfo('127.0.0.1', 80, 0, 2**31)
        S.getaddrinfo('127.0.0.1', 80, 0, 0, 2**31)
        S.getaddrinfo('127.0.0.1', 80, 0, 0, 0, 2**31)
        S.getnameinfo(('127.0.0.1', 2**31), 3)
        S.getnameinfo(('127.0.0.1', 80), 2**31)
    """,
    "[(10, 1, 6, '', ('fe80::1', 80, 0, 1))]": """
        S.getaddrinfo('fe80::1%lo', 80, 0, 1)
        S.getaddrinfo('fe80::1%1', 80, 0, 1)
    """,
    "gaierror -8: [Errno -8] Servname not supported for ai_socktype": """
        S.getaddrinfo('127.0.0.1', 2**31, 0, 1)
        S.getaddrinfo('127.0.0.1', 2**63 - 1, 0, 1)
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
    "TypeError: gethostbyname_ex() argument 1 must be encoded string without null"
    " bytes, not str": """
        S.gethostbyname_ex('a\\0b')
    """,
    "TypeError: gethostbyaddr() argument 1 must be encoded string without null bytes, not str": """
        S.gethostbyaddr('a\\0b')
    """,
}

# What cffisock does where it differs from all of them, by the key of the difference.
DIFFERS: dict[str, dict[str, str]] = {
    "null-in-host": {
        "ValueError: embedded null character": """
            S.getaddrinfo('127.0.0.1\\0x', 80, 0, 1)
            S.getaddrinfo('127.0.0.1\\0.example.com', 80, 0, 1)
            S.getaddrinfo('localhost\\0', None, 0, 1)
            S.getaddrinfo(Text('127.0.0.1\\0x'), 80, 0, 1)
            S.getaddrinfo('\\0', 80, 0, 1, 0, S.AI_NUMERICHOST)
        """,
        "ValueError: embedded null byte": """
            S.getaddrinfo(b'127.0.0.1\\0x', 80, 0, 1)
            S.getaddrinfo(Data(b'127.0.0.1\\0x'), 80, 0, 1)
        """,
    },
    "null-in-service": {
        "ValueError: embedded null character": """
            S.getaddrinfo('127.0.0.1', '80\\0', 0, 1)
            S.getaddrinfo('127.0.0.1', 'http\\0x', 0, 1)
            S.getaddrinfo('127.0.0.1', Text('80\\0'), 0, 1)
        """,
        "ValueError: embedded null byte": """
            S.getaddrinfo('127.0.0.1', b'80\\0', 0, 1)
            S.getaddrinfo('127.0.0.1', Data(b'http\\0x'), 0, 1)
        """,
    },
    "port-out-of-range": {
        "gaierror -8: [Errno -8] Servname not supported for ai_socktype": f"""
            S.getaddrinfo('127.0.0.1', 65536, 0, 1)
            S.getaddrinfo('127.0.0.1', 65536 + 80, 0, 1)
            S.getaddrinfo(None, 2**32 + 80, 0, 1)
            S.getaddrinfo('127.0.0.1', Index(65536 + 80), 0, 1)
            S.getaddrinfo('127.0.0.1', '65536', 0, 1)
            S.getaddrinfo('127.0.0.1', b'65616', 0, 1)
            S.getaddrinfo('127.0.0.1', ' +65616', 0, 1)
            S.getaddrinfo('127.0.0.1', '-4294967216', 0, 1)
            S.getaddrinfo('127.0.0.1', '{80 - 2 * (sys.maxsize + 1)}', 0, 1)
            S.getaddrinfo('127.0.0.1', '65616', 0, 1, 0, S.AI_NUMERICSERV)
            S.getnameinfo(('127.0.0.1', 65536), 3)
            S.getnameinfo(('::1', 65536 + 80), 3)
        """,
    },
}
