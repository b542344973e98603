"""Programs made up: what a step may be, and what its arguments may be, good ones and bad ones."""

from __future__ import annotations

import re
import sys
from random import Random
from typing import NamedTuple
from zlib import crc32

from ..support import IS_PYPY

__all__ = ["KINDS", "Program", "Step", "program"]


class Step(NamedTuple):
    """A line of a program: an expression, and the name that gets its value, or ""."""

    target: str
    expression: str

    def __str__(self) -> str:
        return f"{self.target} = {self.expression}" if self.target else self.expression


class Program(NamedTuple):
    kind: str
    timeout: float
    steps: tuple[Step, ...]


# How the sockets that a program begins with are made; machine.py has the words.
KINDS = (
    "tcp",
    "tcp",
    "udp",
    "unix",
    "unix",
    "unix dgram",
    "single tcp",
    "single udp",
    "single unix",
    "listener",
    "closed",
)
# Seconds; most programs do not wait at all.
TIMEOUTS = (0, 0, 0, 0.002)

# What objects do while they are converted.
ACTIONS = """
fail | fail | s.close | p.close | s.detach | lambda: s.settimeout(0) | lambda: s.settimeout(0.002)
| lambda: s.recv(9) | lambda: p.send(b'more') | lambda: s.shutdown(2) | lambda: s.send(b'more')
| lambda: s.sendto(b'more', 'x') | lambda: s.getsockname() | lambda: s.__init__()
| lambda: s.recv_into(bytearray(3)) | lambda: S.inet_aton('1.2.3.4')
"""

# Arguments by kind: what fits, and what does not.  A word in braces is one of another kind.
GOOD: dict[str, str] = {
    "sock": "s | s | s | s | p | p | t",
    "action": ACTIONS,
    "size": "0 | 1 | 3 | 4 | 16 | 100 | 4096 | 70000 | True | Number(5) | {index}",
    "index": "Index(0) | Index(4) | Index(4, {action}) | Index(16, {action})",
    "flag": "0 | 1 | True | False",
    "small": "0 | 1 | 2 | -1 | {index}",
    "flags": """0 | 0 | 0 | 2 | 0x40 | 0x20 | 0x100 | 0x42 | 0x4000 | 1 | S.MSG_PEEK
        | Index(0, {action})""",
    "data": """b'data' | b'' | b'x' | b'longer than the most' | bytearray(b'abcde') | Data(b'own')
        | memoryview(b'abcdef') | memoryview(b'abcdef')[1:4] | array('H', [1, 2]) | b'y' * 5000
        | b'z' * 20000 | memoryview(b'abcdefgh').cast('I')
        | ctypes.create_string_buffer(b'c', 4)""",
    "room": """bytearray(1) | bytearray(8) | bytearray(100) | bytearray(0) | array('H', [0] * 4)
        | memoryview(bytearray(9))[2:6] | ctypes.create_string_buffer(7) | bytearray(5000)""",
    "timeout": "0 | 0.002 | None | 0.001 | 0.0 | False | Index(0, {action})",
    "level": """S.SOL_SOCKET | S.SOL_SOCKET | S.SOL_SOCKET | S.IPPROTO_TCP | S.IPPROTO_IP | 41
        | {index}""",
    "option": "2 | 3 | 4 | 6 | 9 | 10 | 16 | 18 | 20 | 29 | 39 | 1 | 5 | 38 | 30",
    "setting": "0 | 1 | 1 | b'\\1\\0\\0\\0' | b'' | {index} | b'\\0' * 16 | True | {data}",
    "host": """'127.0.0.1' | '127.0.0.1' | 'localhost' | '' | b'127.0.0.1' | '::1' | '0.0.0.0'
         | bytearray(b'127.0.0.1') | Text('127.0.0.1') | '127.1' | '<broadcast>' | '::' | None | 5
        | '127.0.0.1\\0' | b'127.0.0.1\\0x' | '\\ud800' | '\\xe4' * 70 | 'x' * 300 | object() | 1.0
        | memoryview(b'127.0.0.1') | Index(1) | ('::1',)""",
    "port": "0 | 0 | 1 | 9 | 65535 | Index(0) | Index(1, {action}) | True",
    "address": """('127.0.0.1', 0) | ({host}, {port}) | ({host}, {port}) | p.getsockname()
        | s.getsockname() | '' | '\\0abstract' | b'\\0abstract' | ('::1', 0, 0, 0)
        | ('::1', 0, {number}, {number}) | '/nowhere/x' | {any}""",
    "number": "0 | 1 | 5 | 80 | 255 | 65535 | {index}",
    "fd": """s.fileno() | s.fileno() | p.fileno() | -1 | 1000000 | 2**31 | 2**63 | 2**64 | 'x'
        | None
        | 1.5 | Index(-1, {action}) | Index(2**31 - 1)""",
    "family": "S.AF_INET | S.AF_UNIX | S.AF_INET6 | -1 | 2 | 1 | {index}",
    "type": "S.SOCK_STREAM | S.SOCK_DGRAM | S.SOCK_STREAM | S.SOCK_DGRAM | -1 | 5 | {index}",
    "proto": "0 | 0 | 6 | 17 | -1 | {index}",
    "buffers": """[{data}] | [{data}, {data}] | ({data},) | [] | Each([{data}]) | iter([{data}])
        | Each([{data}], {action})""",
    "rooms": "[{room}] | [{room}, {room}] | ({room},) | [] | Each([{room}], {action})",
    "control": """[] | [(1, 1, array('i', [{fd}]))] | [(1, 1, array('i', [{fd}, {fd}]))]
        | [({level}, {option}, {data})] | [({number}, {number}, {data})] | Each([], {action}) | ()
        | [(S.SOL_SOCKET, S.SCM_RIGHTS, b'')] | [(1, 2, b'\\0' * 12)] | [(1, 1, b'\\xff' * 5)]""",
    "ancillary": """0 | 0 | 1 | 16 | 20 | 24 | 64 | 100 | 4096 | S.CMSG_SPACE(4)
        | S.CMSG_LEN(8) | {index}""",
    "mode": "'rb' | 'wb' | 'rwb' | 'r' | 'w' | 'b' | 'rw' | ''",
    "buffering": "0 | -1 | 16 | None | 1 | 2**70 | -5 | 1.5 | 'x' | {index}",
    "how": "S.SHUT_RD | S.SHUT_WR | S.SHUT_RDWR | S.SHUT_WR | {index}",
    "numeric": """'127.0.0.1' | '255.255.255.255' | '1.2.3' | '1' | '0x7f.1' | '010.1.1.1' | '::1'
        | '::ffff:1.2.3.4' | '1::2::3' | '' | ' 1.2.3.4' | '1.2.3.4 ' | '1.2.3.4\\0' | '256.1.1.1'
        | '2001:db8::' + 'f' * 4 | ':' * 9""",
    "packed": """b'\\1\\2\\3\\4' | b'\\0' * 16 | b'' | b'123' | b'1' * 15 | b'1' * 17
        | bytearray(b'abcd') | memoryview(b'abcd') | memoryview(b'abcdefgh')[::2] | {data}""",
    "service": """'http' | 'http' | 80 | '80' | 0 | None | b'80' | 'http\\0' | '65536' | -1
        | {number}""",
    "any": """0 | 1 | -1 | 7 | 2**31 - 1 | 2**31 | -2**31 - 1 | 2**32 | 2**32 + 1 | 2**63 - 1
        | 2**63
        | -2**63 - 1 | 2**64 | 2**70 | -2**70 | True | False | 0.0 | 1.5 | -1.0 | float('nan')
        | float('inf') | 1e300 | 1j | None | '' | 'x' | '\\0' | 'a\\0b' | '\\ud800' | '\\xe4' * 70
        | 'x' * 300 | b'' | b'x' | b'a\\0b' | bytearray(3) | memoryview(b'abcdef')[::2]
        | memoryview(bytearray(6))[::-2] | memoryview(bytearray(4)) | released() | array('d', [1.0])
        | () | (1,) | ('127.0.0.1',) | ('127.0.0.1', 0, 0) | (None, 0) | ('127.0.0.1', 'y')
        | [] | ['127.0.0.1', 1]
        | {} | {1, 2} | object() | ... | int | len | Index(5) | Index(2**40) | Index(-1)
        | Index('x') | Index(1.0) | Index(1, {action}) | Float(0.5) | Float('x')
        | Float(0.0, {action})
        | Each([1, 2]) | Each([], {action}) | Memory(b'abc') | Memory(bytearray(4), {action}) | s
        | Text('text') | Data(b'data') | Number(5) | ctypes.c_int(3) | iter([b'x'])
        | io.BytesIO(b'x')""",
}

# Steps, each with how often; "|" ends one.  With "t =" or "f =" the value stays for later steps.
STEPS = """
8 {sock}.recv({size}) | 3 {sock}.recv({size}, {flags}) | 3 {sock}.recv_into({room})
| 3 {sock}.recv_into({room}, {size}) | 2 {sock}.recv_into({room}, {size}, {flags})
| 3 {sock}.recvfrom({size}) | 2 {sock}.recvfrom({size}, {flags}) | 2 {sock}.recvfrom_into({room})
| 2 {sock}.recvfrom_into({room}, {size}, {flags}) | 3 {sock}.recvmsg({size})
| 3 {sock}.recvmsg({size}, {ancillary}) | 2 {sock}.recvmsg({size}, {ancillary}, {flags})
| 2 {sock}.recvmsg_into({rooms}) | 2 {sock}.recvmsg_into({rooms}, {ancillary}, {flags})
| 8 {sock}.send({data}) | 3 {sock}.send({data}, {flags}) | 4 {sock}.sendall({data})
| 2 {sock}.sendall({data}, {flags}) | 3 {sock}.sendto({data}, {address})
| 2 {sock}.sendto({data}, {flags}, {address}) | 3 {sock}.sendmsg({buffers})
| 3 {sock}.sendmsg({buffers}, {control}) | 2 {sock}.sendmsg({buffers}, {control}, {flags})
| 2 {sock}.sendmsg({buffers}, {control}, {flags}, {address}) | 1 {sock}.sendmsg()
| 3 {sock}.bind({address}) | 3 {sock}.connect({address}) | 2 {sock}.connect_ex({address})
| 2 {sock}.listen() | 1 {sock}.listen({small}) | 2 t = {sock}.accept() | 3 t = s.accept()[0]
| 2 p.connect(s.getsockname()) | 2 {sock}.getsockname() | 2 {sock}.getpeername()
| 3 {sock}.settimeout({timeout}) | 2 {sock}.gettimeout() | 1 {sock}.getblocking()
| 1 {sock}.setblocking({flag}) | 1 {sock}.timeout | 1 ({sock}.family, {sock}.type, {sock}.proto)
| 3 {sock}.getsockopt({level}, {option}) | 2 {sock}.getsockopt({level}, {option}, {size})
| 3 {sock}.setsockopt({level}, {option}, {setting})
| 1 {sock}.setsockopt({level}, {option}, None, {size})
| 2 {sock}.shutdown({how}) | 2 {sock}.close() | 1 {sock}.detach() >= 0 | 2 t = {sock}.dup()
| 2 f = {sock}.makefile({mode}, {buffering})
| 1 f = {sock}.makefile({mode}, encoding='utf-8', newline='')
| 2 f.read({size}) | 1 f.readline() | 1 f.readinto({room}) | 2 f.write({data}) | 1 f.flush()
| 1 f.close() | 1 f.fileno() >= 0 | 1 {sock}.fileno() >= 0 | 1 {sock}.sendfile(io.BytesIO({data}))
| 1 {sock}.sendfile(io.BytesIO(b'a file'), {size}, {number}) | 1 {sock}.set_inheritable({small})
| 1 {sock}.get_inheritable() | 1 {sock}.__enter__() is {sock} | 1 {sock}.__exit__()
| 1 hash({sock}) != 0
| 1 {sock}.nothing | 1 {sock}.__getstate__() | 1 bool({sock}) | 1 {sock}.__init__({family}, {type})
| 2 t = S.socket({family}, {type}, {proto}) | 1 t = S.socket(fileno={fd})
| 1 t = S.socket({family}, {type}, {proto}, {fd}) | 1 t = S.fromfd({fd}, {family}, {type})
| 1 t = S.socketpair({family}, {type}, {proto}) | 1 t = S.socketpair()[1] | 1 S.dup({fd}) >= 0
| 1 S.close({bad_fd}) | 1 t = S.create_connection({address}, 0.002)
| 1 t = S.create_server({address}, backlog={small}) | 1 S.send_fds({sock}, {buffers}, [{fd}])
| 1 len(S.recv_fds({sock}, {size}, {small})[1]) | 1 S.getdefaulttimeout()
| 1 S.setdefaulttimeout({timeout}) | 2 S.inet_aton({numeric}) | 2 S.inet_ntoa({packed})
| 2 S.inet_pton({family}, {numeric}) | 2 S.inet_ntop({family}, {packed}) | 1 S.htons({number})
| 1 S.htonl({number}) | 1 S.ntohs({number}) | 1 S.ntohl({number}) | 1 S.CMSG_LEN({size})
| 1 S.CMSG_SPACE({size}) | 1 S.if_nametoindex('lo') | 1 S.if_nametoindex({any})
| 1 S.if_indextoname(1)
| 1 S.if_indextoname({number}) | 1 S.if_nameindex() | 1 S.getservbyname('http', 'tcp')
| 1 S.getservbyname({any}) | 1 S.getservbyport({number}) | 1 S.getservbyport({number}, {any})
| 1 S.getprotobyname('tcp') | 1 S.getprotobyname({any}) | 1 S.gethostname() != ''
| 2 S.getaddrinfo({host}, {service})
| 2 S.getaddrinfo({host}, {service}, {family}, {type}, {proto}, 4)
| 1 S.getaddrinfo({numeric}, {service}, flags=4) | 1 S.getnameinfo({address}, 3)
| 1 S.getnameinfo(('127.0.0.1', {number}), {number}) | 1 S.gethostbyname({host})
| 1 {sock}.{method}({any}) | 1 {sock}.{method}({any}, {any})
| 1 {sock}.{method}({any}, {any}, {any})
| 1 {sock}.{method}() | 1 S.{function}({any}) | 1 S.{function}({any}, {any}) | 1 S.{function}()
"""

METHODS = """
accept bind close connect connect_ex dup get_inheritable getblocking getpeername
getsockname getsockopt gettimeout listen makefile recv recv_into recvfrom recvfrom_into recvmsg
recvmsg_into send sendall sendfile sendmsg sendto setsockopt shutdown
"""
# Nothing that looks a name up for which a name server would be asked, and nothing that sets the
# machine's name.
FUNCTIONS = """
CMSG_LEN CMSG_SPACE htonl htons inet_aton inet_ntoa inet_ntop inet_pton if_indextoname
if_nametoindex ntohl ntohs setdefaulttimeout socket socketpair getservbyname getservbyport
getprotobyname
"""


def _choices(text: str) -> list[str]:
    return [each.strip() for each in text.replace("\n", " ").split(" | ")]


KIND_OF_ARGUMENT = {name: _choices(text) for name, text in GOOD.items()}
KIND_OF_ARGUMENT["method"] = METHODS.split()
KIND_OF_ARGUMENT["function"] = FUNCTIONS.split()
KIND_OF_ARGUMENT["bad_fd"] = [
    "-1",
    "s.fileno()",
    "p.fileno()",
    "2**31",
    "2**70",
    "'x'",
    "None",
    "1.5",
]
# PyPy's own module aborts where MSG_TRUNC, a bit of these, tells of more bytes than there is room.
if IS_PYPY:
    for _name, _bad in (("flags", ["0x20"]), ("any", ["-1", "2**31 - 1", "Index(-1)"])):
        KIND_OF_ARGUMENT[_name] = [each for each in KIND_OF_ARGUMENT[_name] if each not in _bad]
    if sys.implementation.version >= (8,):  # and crashes where setsockopt() lacks arguments
        KIND_OF_ARGUMENT["method"].remove("setsockopt")
# No others in the place of these: a name would be asked of a name server, and a descriptor may
# be somebody else's, also 2**32, of which the own module takes the lowest bits.  Room for a file of
# 2 GiB would be there, but PyPy writes to it.
STEADY = {
    "buffering",
    "sock",
    "action",
    "method",
    "function",
    "any",
    "fd",
    "bad_fd",
    "host",
    "index",
    "flag",
}
# Of how many arguments one is of any kind.
ODDS = 8

_STEPS = [tuple(each.split(" ", 1)) for each in _choices(STEPS)]
_TEMPLATES = [template for _, template in _STEPS]
_WEIGHTS = [int(weight) for weight, _ in _STEPS]
_WORD = re.compile(r"\{([a-z_]+)\}")


def _filled(random: Random, template: str) -> str:
    """The template with an argument in the place of each word in braces."""

    def argument(match: re.Match[str]) -> str:
        kind = match[1]
        if kind not in STEADY and random.randrange(ODDS) == 0:
            kind = "any"
        return _filled(random, random.choice(KIND_OF_ARGUMENT[kind]))

    return _WORD.sub(argument, template)


def step(random: Random) -> Step:
    """Any step."""
    (template,) = random.choices(_TEMPLATES, _WEIGHTS)
    target = template[0] if template[1:4] == " = " else ""
    return Step(target, _filled(random, template[4:] if target else template))


def program(seed: str, number: int) -> Program:
    """The program of that number: always the same for a seed."""
    random = Random(crc32(seed.encode()) << 32 | number)
    steps = tuple(step(random) for _ in range(random.randint(2, 12)))
    return Program(random.choice(KINDS), random.choice(TIMEOUTS), steps)
