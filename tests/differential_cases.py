"""What tests/test_differential.py asks both modules: a table of expressions.

An expression is a line.  Its comment, if it has one, is the key of a difference and the record,
``-> `` and what the newest CPython does.
"""

from __future__ import annotations

# A kind of socket, and expressions on a new one, `s`.
CASES: dict[str, str] = {
    "tcp": """
        (s.family, s.type, s.proto, s.timeout, s.gettimeout(), s.getblocking())
        s.bind(('127.0.0.1', 0))
        (s.bind(('127.0.0.1', 0)), s.getsockname())
        (s.bind(('', 0)), s.getsockname())
        (s.bind((b'127.0.0.1', 0)), s.getsockname())
        (s.bind((bytearray(b'127.0.0.1'), 0)), s.getsockname())
        (s.bind(('localhost', 0)), s.getsockname())
        (s.bind(('127.0.0.1', Index(0))), s.getsockname())
        (s.bind(('127.0.0.1', False)), s.getsockname())
        s.bind(('<broadcast>', 0))
        s.bind((memoryview(b'127.0.0.1'), 0))
        s.bind(('127.0.0.1', '0'))
        s.bind(('127.0.0.1', 0.0))
        s.bind(('127.0.0.1', None))
        s.bind(('127.0.0.1', -1))
        s.bind(('127.0.0.1', 65536))
        s.bind(('127.0.0.1', 2**64))
        s.bind(('127.0.0.1',))  # -> TypeError
        s.bind(('127.0.0.1', 0, 0))  # -> TypeError
        s.bind(())  # -> TypeError
        s.bind(['127.0.0.1', 0])  # -> TypeError
        s.bind('127.0.0.1')  # -> TypeError
        s.bind(None)
        s.bind(b'')  # -> TypeError
        s.bind((None, 0))
        s.bind((1, 0))
        s.bind(('127.0.0.1\\0', 0))
        s.bind((b'127.0.0.1\\0x', 0))
        s.bind(('\\ud800', 0))  # -> TypeError
        s.bind(('a' * 64 + '.\\xe4', 0))  # -> TypeError
        s.bind(('127.0.0.1.2', 0))
        s.bind(('256.0.0.1', 0))
        s.bind(('x' * 300, 0))
        s.bind(('::1', 0))
        s.bind(('192.0.2.1', 0))
        (s.bind(('127.0.0.1', 0)), s.bind(('127.0.0.1', 0)))
        s.connect(('127.0.0.1', 1))
        s.connect_ex(('127.0.0.1', 1))
        s.connect('127.0.0.1')  # -> TypeError
        s.connect_ex('127.0.0.1')  # -> TypeError
        s.connect(None)
        s.connect(('127.0.0.1', 65536))
        s.connect_ex(('127.0.0.1', -1))
        s.connect(('127.0.0.1\\0', 1))
        s.connect(('no-such-host.invalid', 1))
        s.connect_ex(('no-such-host.invalid', 1))
        s.connect(('255.255.255.255', 1))
        s.connect_ex(('255.255.255.255', 1))
        (s.settimeout(0), s.connect_ex(('127.0.0.1', 1)))
        s.listen()
        s.listen(0)
        s.listen(-1)
        s.listen(INT_MAX)
        s.listen(INT_MAX + 1)
        s.listen(INT_MIN - 1)
        s.listen('1')
        s.listen(1.0)
        s.listen(None)
        s.accept()
        (s.settimeout(0), s.accept())
        s.getpeername()
        s.getsockname()
        s.shutdown(S.SHUT_RD)
        s.shutdown(S.SHUT_RDWR)
        s.shutdown(3)
        s.shutdown(-1)
        s.shutdown(2**40)
        s.shutdown('x')
        s.shutdown(1.5)  # -> TypeError
        s.recv(1)
        s.recv(0)  # -> b''
        s.recv(0, 'x')
        s.recv(0, 2**40)  # -> OverflowError
        s.recvfrom(0, 'x')
        s.recv(-1)
        s.recv(2**63)
        s.recv(-2**63 - 1)
        s.recv('1')
        s.recv(1.0)
        s.recv(None)
        s.recv(1, 'x')
        s.recv(1, 2**31)  # -> OverflowError
        s.recv(1, -2**31 - 1)  # -> OverflowError
        s.recv(1, None)
        s.recv(1, 1.0)
        s.recv(1, 0.0)
        s.recv(1, '')
        s.recv(True)
        s.recv_into(bytearray(1))
        s.recv_into(bytearray(0))  # -> 0
        s.recv_into(bytearray(4), 5)
        s.recv_into(bytearray(4), -1)
        s.recv_into(bytearray(4), 2**63)
        s.recv_into(bytearray(4), 'x')
        s.recv_into(bytearray(4), None)
        s.recv_into(b'xxxx')
        s.recv_into('xxxx')
        s.recv_into(None)
        s.recv_into(memoryview(b'xxxx'))
        s.recv_into(memoryview(bytearray(8))[::2])
        s.recv_into(memoryview(bytearray(8))[::-1])
        s.recv_into([1, 2])
        s.recv_into(bytearray(4), 0.0)
        s.recv_into(bytearray(4), 0, 0.0)
        s.recvfrom_into(bytearray(4), 0.0)
        s.recvfrom(1)
        s.recvfrom(1, 0.0)
        s.recvfrom(-1)
        s.recvfrom('x')
        s.recvfrom_into(bytearray(4), 5)
        s.recvfrom_into(bytearray(4), -1)  # -> ValueError
        s.recvfrom_into(b'xxxx')
        s.recvmsg(1)
        s.recvmsg(-1)
        s.recvmsg(1, -1)
        s.recvmsg(1, 2**31)  # -> ValueError
        s.recvmsg(1, 2**63)
        s.recvmsg(1, 'x')
        s.recvmsg('x')
        s.recvmsg(1, 0, 'x')
        s.recvmsg(1, 0, 2**31)  # -> OverflowError
        s.recvmsg_into([bytearray(1)])
        s.recvmsg_into([b'x'])
        s.recvmsg_into(['x'])
        s.recvmsg_into([memoryview(bytearray(8))[::2]])
        s.recvmsg_into(5)
        s.recvmsg_into(bytearray(4))
        s.recvmsg_into([bytearray(1)], -1)
        s.recvmsg_into([bytearray(1)], 'x')
        s.recvmsg_into([bytearray(1)], 0, 'x')
        s.recvmsg_into([bytearray(1) for _ in range(1025)])
        s.send(b'x')
        s.send('x')
        s.send(None)
        s.send(5)
        s.send([1])
        s.send(memoryview(b'abcd')[::2])  # -> BufferError
        s.send(b'x', 'x')
        s.send(b'x', 2**31)  # -> OverflowError
        s.send(b'x', 1.5)
        s.send(b'x', 0.0)
        s.send(b'x', None)
        s.sendall(b'x', 0.0)
        s.sendall(b'x', None)
        s.sendto()
        s.sendall(b'x')
        s.sendall('x')
        s.sendall(5)
        s.sendall(memoryview(b'abcd')[::2])  # -> BufferError
        s.sendall(b'x', 2**31)  # -> OverflowError
        s.sendall(b'x', 'x')
        s.sendto(b'x', ('127.0.0.1', 1))
        s.sendto(b'x', 0)
        s.sendto(b'x', None)
        s.sendto('x', ('127.0.0.1', 1))
        s.sendto(b'x', 'x', ('127.0.0.1', 1))
        s.sendto(b'x', 2**31, ('127.0.0.1', 1))  # -> OverflowError
        s.sendto(b'x', 0, None)
        s.sendto(b'x', ('127.0.0.1', 65536))
        s.sendto(memoryview(b'abcd')[::2], ('127.0.0.1', 1))  # -> BufferError
        s.sendmsg([b'x'])
        s.sendmsg(5)
        s.sendmsg([5])
        s.sendmsg(['x'])
        s.sendmsg(b'x')
        s.sendmsg([memoryview(b'abcd')[::2]])  # -> BufferError
        s.sendmsg([b'x'], 5)
        s.sendmsg([b'x'], [5])  # -> TypeError: [sendmsg() ancillary data items]() argument must be 3-item tuple, not int
        s.sendmsg([b'x'], [(1, 2)])  # -> TypeError: [sendmsg() ancillary data items]() argument must be tuple of length 3, not 2
        s.sendmsg([b'x'], [(1, 2, 3)])
        s.sendmsg([b'x'], [('x', 2, b'')])
        s.sendmsg([b'x'], [(1, 'x', b'')])
        s.sendmsg([b'x'], [(1, 2, 'x')])
        s.sendmsg([b'x'], [(2**31, 2, b'')])  # -> OverflowError
        s.sendmsg([b'x'], [(1, 2**31, b'')])  # -> OverflowError
        s.sendmsg([b'x'], [], 'x')
        s.sendmsg([b'x'], [], 2**31)  # -> OverflowError
        s.sendmsg([b'x'], [], 0, 'x')  # -> TypeError
        s.sendmsg([b'x'], [], 0, ('127.0.0.1', 65536))
        s.sendmsg([b'x'] * 1025)
        s.settimeout(None)
        (s.settimeout(0), s.gettimeout(), s.getblocking(), s.timeout)
        (s.settimeout(1), s.gettimeout(), s.getblocking(), s.timeout)
        (s.settimeout(1.5), s.gettimeout())
        (s.settimeout(0.1), s.gettimeout())
        (s.settimeout(1e-10), s.gettimeout())  # -> (None, 1e-09)
        (s.settimeout(True), s.gettimeout())
        (s.settimeout(Index(3)), s.gettimeout())  # -> (None, 3.0)
        (s.settimeout(9e9), s.gettimeout())
        (s.settimeout(-0.0), s.gettimeout())
        s.settimeout(-1)
        s.settimeout(-0.001)
        s.settimeout(-1e-10)
        s.settimeout(float('nan'))  # -> ValueError
        s.settimeout(float('inf'))  # -> OverflowError: timestamp out of range for C PyTime_t
        s.settimeout(float('-inf'))  # -> OverflowError: timestamp out of range for C PyTime_t
        s.settimeout(1e10)  # -> OverflowError: timestamp out of range for C PyTime_t
        s.settimeout(1e30)  # -> OverflowError: timestamp out of range for C PyTime_t
        s.settimeout(10**10)  # -> OverflowError: timestamp out of range for C PyTime_t
        s.settimeout(2**63)  # -> OverflowError: timestamp out of range for C PyTime_t
        s.settimeout(-2**63)  # -> OverflowError: timestamp out of range for C PyTime_t
        s.settimeout(-2**80)  # -> OverflowError: timestamp out of range for C PyTime_t
        s.settimeout('1')  # -> TypeError: must be real number, not str
        s.settimeout(1j)  # -> TypeError
        s.settimeout([])  # -> TypeError: must be real number, not list
        (s.setblocking(0), s.gettimeout())
        (s.setblocking(1), s.gettimeout())
        (s.setblocking(False), s.getblocking())
        (s.setblocking(5), s.getblocking())
        s.setblocking('x')  # -> None
        s.setblocking(None)  # -> None
        s.setblocking(1.0)  # -> None
        s.setblocking(2**40)  # -> None
        s.getsockopt(S.SOL_SOCKET, S.SO_TYPE)
        s.getsockopt(S.SOL_SOCKET, S.SO_TYPE, 4)
        s.getsockopt(S.SOL_SOCKET, S.SO_TYPE, 1)
        s.getsockopt(S.SOL_SOCKET, S.SO_TYPE, 0)
        s.getsockopt(S.SOL_SOCKET, S.SO_TYPE, 1024)
        s.getsockopt(S.SOL_SOCKET, S.SO_TYPE, 1025)  # getsockopt-large -> b'\\1\\0\\0\\0'
        s.getsockopt(S.SOL_SOCKET, S.SO_TYPE, -1)
        s.getsockopt(S.SOL_SOCKET, S.SO_TYPE, 2**31)  # -> OverflowError
        s.getsockopt(S.SOL_SOCKET, S.SO_TYPE, 'x')
        s.getsockopt(S.SOL_SOCKET, 9999)
        s.getsockopt(9999, 1)
        s.getsockopt(2**31, 1)  # -> OverflowError
        s.getsockopt(1, 2**31)  # -> OverflowError
        s.getsockopt('x', 1)
        s.getsockopt(1, 'x')
        s.getsockopt(1.0, 1)
        s.getsockopt(S.SOL_SOCKET, S.SO_LINGER)
        s.getsockopt(S.SOL_SOCKET, S.SO_LINGER, 8)
        s.getsockopt(S.IPPROTO_TCP, S.TCP_NODELAY)
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, 1)
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, True)
        (s.setsockopt(True, Index(S.SO_REUSEADDR), 1), s.getsockopt(Index(1), S.SO_REUSEADDR, False))
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, S.AddressFamily.AF_UNIX)
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR)  # -> TypeError: setsockopt() takes at least 3 arguments (2 given)
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, 1, 2, 3)  # -> TypeError: setsockopt() takes at most 4 arguments (5 given)
        s.setsockopt(S.SOL_SOCKET, 2**64, 1)  # -> OverflowError
        s.setsockopt(-2**64, 1, 1)  # -> OverflowError
        s.getsockopt(S.SOL_SOCKET, S.SO_TYPE, 0.0)
        s.getsockopt(S.SOL_SOCKET, S.SO_TYPE, None)
        s.getsockopt(-2**64, 1)  # -> OverflowError
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, Index(1))
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, b'\\1\\0\\0\\0')
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, bytearray(4))
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, array('i', [1]))
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, b'')
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, b'x')
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, 'x')  # -> TypeError: socket option should be int, bytes-like object or None (got str)
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, 1.0)  # -> TypeError: socket option should be int, bytes-like object or None (got float)
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, None)  # -> TypeError: setsockopt() requires 4 arguments when the third argument is None
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, None, 4)  # -> OSError 14
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, None, 0)  # -> OSError 22
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, None, -1)  # -> OSError 22
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, None, 2**32)  # -> OSError 22
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, None, 'x')  # -> TypeError: 'str' object cannot be interpreted as an integer
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, None, None)  # -> TypeError: 'NoneType' object cannot be interpreted as an integer
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, 1, 4)  # -> TypeError: setsockopt() only takes 4 arguments when the third argument is None (got int)
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, b'1', 4)  # -> TypeError: setsockopt() only takes 4 arguments when the third argument is None (got bytes)
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, 2**31)  # -> OverflowError
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, -2**31 - 1)  # -> OverflowError
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, 2**63)  # -> OverflowError
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, memoryview(b'12345678')[::2])  # -> BufferError
        s.setsockopt(S.SOL_SOCKET, 9999, 1)
        s.setsockopt(9999, 1, 1)
        s.setsockopt(2**31, 1, 1)  # -> OverflowError
        s.setsockopt('x', 1, 1)
        s.setsockopt(1, 'x', 1)
        (s.fileno() > 2, S.close(s.detach()), s.fileno(), s.close())
        s.dup()
        (s.settimeout(3), s.dup())
        s.makefile('x')
        s.makefile('rx')
        s.makefile('')
        s.makefile('a')
        s.makefile('r', 0)
        s.makefile('rwb+')
        s.makefile(5)
        s.makefile('r', 'x')
        (s.get_inheritable(), s.set_inheritable(True), s.get_inheritable())
        s.__enter__() is s
        (s.close(), s.close(), s.fileno())
        s.sendfile(5)
        s.foo
        setattr(s, 'timeout', 3)  # -> AttributeError
        setattr(s, 'family', 3)
        setattr(s, 'type', 3)
        setattr(s, 'proto', 3)  # -> AttributeError
        setattr(s, 'foo', 3)
        hash(s) == hash(s)
        s == s
        s < s
        bool(s)
        len(s)
        list(s)
        __import__('pickle').dumps(s)
        __import__('copy').copy(s)
        __import__('copy').deepcopy(s)
        __import__('weakref').ref(s)() is s
    """,
    "udp": """
        (s.family, s.type, s.proto)
        s.getpeername()
        s.getsockname()
        (s.settimeout(0), s.recv(1))
        (s.settimeout(0.01), s.recv(1))
        (s.settimeout(0), s.recvfrom(1))
        (s.settimeout(0.01), s.recvfrom(1))
        (s.settimeout(0.01), s.recv_into(bytearray(1)))
        (s.settimeout(0.01), s.recvfrom_into(bytearray(1)))
        (s.settimeout(0.01), s.recvmsg(1))
        (s.settimeout(0.01), s.recvmsg_into([bytearray(1)]))
        s.recv(1, S.MSG_DONTWAIT)
        s.recvfrom(0, S.MSG_DONTWAIT)
        s.recvfrom_into(bytearray(0), 0, S.MSG_DONTWAIT)
        s.send(b'x')
        s.sendto(b'x', ('127.0.0.1', 0))
        s.sendto(b'x', ('255.255.255.255', 9))
        s.sendto(b'x', ('<broadcast>', 9))
        s.sendto(b'x', ('', 9))
        s.sendto(b'x' * 70000, ('127.0.0.1', 9))
        s.sendto(b'x', ('no-such-host.invalid', 9))
        s.sendto(b'x')
        s.sendto(b'x', 0, ('127.0.0.1', 9), 0)
        s.sendto(b'x', 0.0, ('127.0.0.1', 9))
        (s.sendto(b'x', ('127.0.0.1', 9)), s.sendto(b'x', ('127.0.0.1', 9.0)))
        (s.sendto(b'x', ('127.0.0.1', 1)), s.sendto(b'x', ('127.0.0.1', True)))
        (s.sendto(b'x', ('127.0.0.1', 1)), s.sendto(b'x', ['127.0.0.1', 1]))  # -> TypeError
        (s.sendto(b'x', ('127.0.0.1', 1)), s.sendto(b'x', (bytearray(b'127.0.0.1'), 1)))
        (s.bind(('127.0.0.1', 0)), s.sendto(b'abc', s.getsockname()), s.recvfrom(10))
        (s.bind(('127.0.0.1', 0)), s.sendto(b'abc', 0, s.getsockname()), s.recvfrom(2))
        (s.bind(('127.0.0.1', 0)), s.sendto(b'', s.getsockname()), s.recvfrom(2))
        (s.bind(('127.0.0.1', 0)), s.sendto(b'a', s.getsockname()), s.recvfrom(0))
        (s.bind(('127.0.0.1', 0)), s.sendto(b'a', s.getsockname()), s.recv(0), s.recv(1, S.MSG_DONTWAIT))  # -> (None, 1, b'', b'a')
        (s.bind(('127.0.0.1', 0)), s.sendto(b'a', s.getsockname()), s.recvfrom(300000))
        (s.bind(('127.0.0.1', 0)), s.sendto(b'abc', s.getsockname()), s.recvmsg(2))
        (s.bind(('127.0.0.1', 0)), s.sendto(b'abc', s.getsockname()), s.recv(1, S.MSG_PEEK), s.recv(9))
        (s.bind(('127.0.0.1', 0)), s.sendto(b'abc', s.getsockname()), s.recvmsg(0))
        (s.bind(('127.0.0.1', 0)), s.sendto(b'abc', s.getsockname()), s.recvmsg_into([]))
        (s.bind(('127.0.0.1', 0)), s.sendmsg([b'a', b'bc'], [], 0, s.getsockname()), s.recv(9))
        (s.connect(('127.0.0.1', 9)), s.getpeername())
        (s.connect(('', 9)), s.getpeername())
        (s.connect(('127.0.0.1', 9)), s.connect(('127.0.0.1', 10)), s.getpeername())
        s.listen()
        s.accept()
        s.sendfile(null('rb'))
        s.getsockopt(S.IPPROTO_TCP, S.TCP_NODELAY)
    """,
    "tcp6": """
        (s.family, s.type, s.proto)
        (s.bind(('::1', 0)), s.getsockname())
        (s.bind(('::1', 0, 0)), s.getsockname())
        (s.bind(('::1', 0, 0, 0)), s.getsockname())
        (s.bind(('', 0)), s.getsockname())
        (s.bind(('::ffff:127.0.0.1', 0)), s.getsockname())
        s.bind(('::1', 0, -1))
        s.bind(('::1', 0, 2**20))
        (s.bind(('::1', 0, 2**20 - 1)), s.getsockname()[2:])
        s.bind(('::1', 0, 2**32))  # -> None
        s.bind(('::1', 0, 'x'))
        s.bind(('::1', 0, 0, b'x'))
        (s.bind(('::1', 0, 0, -1)), s.getsockname()[3])  # -> (None, 0)
        (s.bind(('::1', 0, 0, 2**32 - 1)), s.getsockname()[3])
        s.bind(('::1', 0, 0, 2**32))
        s.bind(('::1', 0, 0, 0, 0))
        s.bind(('::1',))
        s.bind(('127.0.0.1', 0))  # -> gaierror -9
        s.bind(('<broadcast>', 0))
        s.bind('::1')
        s.bind(('::1', 65536))
        s.bind(('::1', -1))
        s.bind(('::1', 'x'))
        s.bind((None, 0))
        s.bind(('::1%lo', 0))
        s.bind(('fe80::1%nosuchif', 0))
        s.bind(('fe80::1', 0))
        s.bind(('fe80::1', 0, 0, 1))
        s.connect(('::1', 1))
        s.connect_ex(('::1', 1))
        s.connect(('::1', 1, 0, 0, 0))
        s.getpeername()
        s.getsockname()
    """,
    "unix": """
        (s.family, s.type, s.proto)
        s.getsockname()
        s.getpeername()
        (s.bind(folder + '/s'), s.getsockname() == folder + '/s')
        (s.bind((folder + '/s').encode()), s.getsockname() == folder + '/s')
        (s.bind(bytearray(folder.encode() + b'/s')), s.getsockname() == folder + '/s')
        (s.bind(memoryview(folder.encode() + b'/s')), s.getsockname() == folder + '/s')  # -> (None, True)
        (s.bind(folder + '/\\udcff'), s.getsockname() == folder + '/\\udcff')
        s.bind(folder + '/' + 'x' * 108)
        s.bind('x' * 108)
        s.bind('x' * 109)
        s.bind(b'\\0' + b'x' * 108)
        s.bind(folder + '/none/s')
        s.bind(folder)
        s.bind(folder + '/a\\0b')  # null-in-path -> ValueError: embedded null byte
        s.bind((folder + '/a\\0').encode())  # null-in-path -> ValueError: embedded null byte
        s.bind(bytearray(folder.encode() + b'/a\\0\\0'))  # null-in-path -> ValueError: embedded null byte
        s.connect(folder + '/none\\0x')  # null-in-path -> ValueError: embedded null byte
        (s.bind(''), type(s.getsockname()), len(s.getsockname()), s.getsockname()[:1])
        (s.bind(b'\\0cffisock-differential'), s.getsockname())
        (s.bind('\\0cffisock-differential'), s.getsockname())
        (s.bind(b'\\0cffisock-differential\\0\\0x'), s.getsockname())
        s.bind(('x',))
        s.bind(5)
        s.bind(None)
        s.bind('\\ud800')
        s.connect(folder + '/none')
        s.connect_ex(folder + '/none')
        s.connect(folder)
        s.connect(b'\\0cffisock-nobody')
        s.connect('')
        s.connect_ex(5)
        s.connect('x' * 109)
        s.sendto(b'x', 'x' * 109)
        s.sendmsg([b'x'], [], 0, 5)
        s.accept()
        s.recv(1)
        s.send(b'x')
        s.shutdown(2)
    """,
    "unix dgram": """
        (s.bind(b'\\0cffisock-differential'), s.sendto(b'hi', s.getsockname()), s.recvfrom(9))
        (s.bind(folder + '/s'), s.sendto(b'hi', folder + '/s'), s.recvfrom(9)[0])
        s.sendto(b'hi', folder + '/none')
        s.sendto(b'hi', 0, b'\\0cffisock-nobody')
        (s.settimeout(0), s.recvfrom(1))
    """,
    "listener": """
        s.getsockname()
        s.getsockopt(S.SOL_SOCKET, S.SO_ACCEPTCONN)
        (s.settimeout(0), s.accept())
        (s.settimeout(0.01), s.accept())
        (c.connect(s.getsockname()), s.accept())
        (s.settimeout(5), c.connect(s.getsockname()), s.accept())
        [c.connect(s.getsockname()), a := s.accept(), a[1] == c.getsockname()]
        (c.settimeout(5), c.connect(s.getsockname()), c.connect(s.getsockname()))
        (c.settimeout(5), c.connect_ex(s.getsockname()), c.connect_ex(s.getsockname()))
        s.connect(('127.0.0.1', 1))
        s.recv(1)
        s.send(b'x')
        s.getpeername()
        s.bind(('127.0.0.1', 0))
        s.dup()
        S.create_connection(s.getsockname())
        S.create_connection(s.getsockname(), 3)
        S.create_connection(s.getsockname(), timeout=0.5)
        S.create_connection(s.getsockname(), None)
        S.create_connection(s.getsockname(), 5, ('127.0.0.1', 0))
        S.create_connection(s.getsockname(), 5, ('192.0.2.1', 0))
        S.create_connection(s.getsockname(), -1)
        S.create_connection(s.getsockname(), 'x')  # -> TypeError: must be real number, not str
        S.create_server(s.getsockname())
    """,
    "closed": """
        s.fileno()
        s.close()
        s.detach()
        (s.family, s.type, s.proto)
        s.gettimeout()
        s.getblocking()
        s.settimeout(5)
        s.settimeout(-1)
        s.setblocking(True)
        s.bind(('127.0.0.1', 0))
        s.bind('x')  # -> TypeError
        s.connect(('127.0.0.1', 1))
        s.connect_ex(('127.0.0.1', 1))
        s.listen()
        s.accept()
        s.recv(1)
        s.recv(0)  # -> b''
        s.recv(-1)
        s.recv_into(bytearray(1))
        s.recv_into(bytearray(0))  # -> 0
        s.recvfrom(1)
        s.recvfrom_into(bytearray(1))
        s.recvmsg(1)
        s.recvmsg_into([bytearray(1)])
        s.send(b'')
        s.send(b'x')
        s.sendall(b'')  # -> OSError 9
        s.sendall(b'x')
        s.sendto(b'x', ('127.0.0.1', 1))
        s.sendmsg([b'x'])
        s.sendmsg([])
        s.shutdown(2)
        s.getsockname()
        s.getpeername()
        s.getsockopt(1, 3)
        s.getsockopt(1, 3, 4)
        s.setsockopt(1, 2, 1)
        s.setsockopt(1, 2, b'1234')
        s.setsockopt(1, 2, None, 4)  # -> OSError 9
        s.dup()
        s.get_inheritable()
        s.set_inheritable(True)
        s.makefile('rb', 0).read(1)
        s.makefile('rb').fileno()
        s.sendfile(null('rb'))  # sendfile-without-size -> ValueError: Invalid file descriptor: -1
        s.__enter__() is s
        s.__exit__(None, None, None)
        S.socket(fileno=s.fileno())
        S.fromfd(s.fileno(), S.AF_INET, S.SOCK_STREAM)
    """,
    "tcp pair": """
        s.getsockname() == p.getpeername()
        s.getpeername() == p.getsockname()
        (s.send(b'hello'), p.recv(10))
        (s.send(b''), s.send(bytearray(b'hello')), p.recv(10))
        (s.send(memoryview(b'hello')[1:3]), p.recv(10))
        (s.send(array('H', [1, 2])), p.recv(10))
        (s.send((ctypes.c_char * 3)(b'a', b'b', b'c')), p.recv(10))
        (s.sendall(b'hello'), p.recv(10))
        (s.sendall(b''), s.sendall(memoryview(bytearray(b'hello'))), p.recv(10))
        (s.sendall(array('i', [1, 2])), p.recv(10))
        (s.sendto(b'hi', p.getsockname()), p.recvfrom(10))
        (s.sendto(b'hi', 0, p.getsockname()), p.recvfrom(10))
        (s.sendmsg([b'a', bytearray(b'bc'), memoryview(b'def')]), p.recvmsg(10))
        (s.sendmsg([]), s.sendmsg([b'']), s.sendmsg(()))
        (s.sendmsg(iter([b'a'])), p.recv(3))
        (s.sendmsg([b'x'], [], S.MSG_DONTWAIT), p.recv(1))
        (s.sendmsg([b'x'], [], 0, None), p.recv(1))
        (s.send(b'x', S.MSG_OOB), p.settimeout(None), p.recv(1, S.MSG_OOB))
        (s.send(b'abc'), p.recv(2, S.MSG_PEEK), p.recv(2), p.recv(2))
        (s.sendall(b'abcdef'), p.recv(6, S.MSG_WAITALL))
        (s.send(b'x'), p.recv(300000))
        (s.send(b'x'), p.recv(Index(4)))
        (s.send(b'x'), p.recv(True))
        (s.send(b'x'), p.recv(0), p.recv(1, S.MSG_DONTWAIT))
        (s.send(b'x'), p.recv(1, Index(0)))
        (s.close(), p.recv(1), p.recv(300000), p.recv_into(bytearray(1)), p.recvfrom(1))
        (s.close(), p.recvmsg(1))
        [[s.send(b'hello'), b := bytearray(8), p.recv_into(b), b]]
        [[s.send(b'hello'), b := bytearray(8), p.recv_into(b, 3), b]]
        [[s.send(b'hello'), b := bytearray(8), p.recv_into(b, nbytes=3, flags=0), b]]
        [[s.send(b'hello'), b := bytearray(8), p.recv_into(buffer=memoryview(b)[2:4]), b]]
        [[s.send(b'hello'), b := array('H', [0, 0]), p.recv_into(b), b.tobytes()]]
        [[s.send(b'hello'), b := bytearray(8), p.recvfrom_into(b, 3), b]]
        [[s.send(b'hello'), b := bytearray(8), p.recvfrom_into(b, nbytes=3, flags=0), b]]
        [[s.send(b'hello'), b := bytearray(2), c := bytearray(9), p.recvmsg_into([b, c]), b, c]]
        (p.settimeout(0), p.recv(1))
        (p.settimeout(0.01), p.recv(1))
        (p.settimeout(0.01), p.recv_into(bytearray(4)))
        (s.shutdown(S.SHUT_WR), p.recv(1), p.send(b'x'), s.recv(1))
        (s.shutdown(S.SHUT_WR), s.send(b'x'))
        (s.shutdown(S.SHUT_RD), s.recv(1))
        (s.setsockopt(S.SOL_SOCKET, S.SO_LINGER, b'\\1\\0\\0\\0' * 2), s.send(b'x'))
        s.connect(p.getsockname())
        s.connect_ex(p.getsockname())
        s.listen()
        s.accept()
        s.bind(('127.0.0.1', 0))
        (s.makefile('wb', 0).write(b'hi'), p.makefile('rb', 0).read(2))
        (s.makefile('w').mode, s.makefile('r').mode, s.makefile('rwb', 0).mode)
        (s.makefile('rb').name == s.fileno(), s.makefile('rb', 0).fileno() == s.fileno())
        (s.makefile().readable(), s.makefile().writable(), s.makefile('rb').seekable())
        s.makefile('rb', 0).write(b'x')
        s.makefile('wb', 0).read(1)
        s.makefile('rw').seek(0)
        s.makefile('rb').seek(0)
        s.makefile('rb', 0).seek(0)
        s.makefile('rb', 0).tell()
        s.sendfile(null('rb'))
        s.sendfile(null('r'))
        s.sendfile(null('rb'), count=0)
        s.sendfile(null('rb'), count=-1)
        s.sendfile(null('rb'), count='x')
        s.sendfile(null('rb'), count=1.5)
        (s.settimeout(0), s.sendfile(null('rb')))  # sendfile-without-size -> ValueError: non-blocking sockets are not supported
        S.fromfd(s.fileno(), S.AF_INET, S.SOCK_STREAM)
        S.fromfd(s.fileno(), 'x', S.SOCK_STREAM)
        S.fromfd(s.fileno(), S.AF_INET6, S.SOCK_DGRAM, 17)
    """,
    "udp pair": """
        (s.send(b'hello'), p.recv(10))
        (s.send(b'hello'), p.recv(2))
        (s.send(b''), p.recv(2))
        (s.send(b'hello'), p.recvfrom(10)[1] == s.getsockname())
        (s.send(b'hello'), p.recvmsg(2)[:3])
        (s.sendmsg([b'a', b'b']), p.recv(3))
        s.send(b'x' * 70000)
        s.sendto(b'x', p.getsockname())
        (s.settimeout(0), s.recv(1))
        (s.close(), p.send(b'x'), p.recv(1))
    """,
    "unix pair": """
        (s.family, s.type, s.proto, s.gettimeout())
        (s.getsockname(), s.getpeername())
        (s.send(b'hello'), p.recvfrom(10))
        (s.send(b'hello'), p.recvmsg(10, 100))
        (s.sendto(b'hello', 'x'), p.recv(10))
        (s.sendmsg([b'x'], [(S.SOL_SOCKET, S.SCM_RIGHTS, b'')]), p.recvmsg(1, 100))
        s.sendmsg([b'x'], [(S.SOL_SOCKET, S.SCM_RIGHTS, b'123')])
        s.sendmsg([b'x'], [(S.SOL_SOCKET, S.SCM_RIGHTS, array('i', [-1]))])
        s.sendmsg([b'x'], [(S.SOL_SOCKET, S.SCM_RIGHTS, array('i', [99999]))])
        s.sendmsg([b'x'], [(S.SOL_SOCKET, S.SCM_RIGHTS, array('i', [0] * 254))])
        s.sendmsg([b'x'], [(S.SOL_SOCKET, 99, b'abcd')])
        (s.sendmsg([b'x'], [(99, 99, b'abcd')]), p.recvmsg(1, 100))
        s.sendmsg([b'x'], [(S.SOL_SOCKET, S.SCM_RIGHTS, memoryview(b'12345678')[::2])])  # -> BufferError
        s.sendmsg([b'x'], [[S.SOL_SOCKET, S.SCM_RIGHTS, b'']])  # -> 1
        (s.sendmsg([b'x'], [(S.SOL_SOCKET, S.SCM_RIGHTS, array('i', [s.fileno()]))]), [os.close(array('i', d)[0]) for _, _, d in p.recvmsg(9, 100)[1]])
        (s.sendmsg([b'x'], [(True, Index(1), array('i', [s.fileno()]).tobytes())]), [os.close(array('i', d)[0]) for _, _, d in p.recvmsg(9, 100)[1]])
        (s.sendmsg([b'x'], [(S.AddressFamily.AF_UNIX, 1, bytearray(array('i', [s.fileno()]).tobytes()))]), [os.close(array('i', d)[0]) for _, _, d in p.recvmsg(9, 100)[1]])
        (s.sendmsg([b'x'], [(1, 1, memoryview(array('i', [s.fileno()])))]), [os.close(array('i', d)[0]) for _, _, d in p.recvmsg(9, 100)[1]])
        (s.sendmsg([b'x'], ((1, 1, array('i', [s.fileno()])),)), s.sendmsg((b'x',), [(1, 1, array('i', [s.fileno()]))] * 1), [os.close(array('i', d)[0]) for _, _, d in p.recvmsg(9, 100)[1]], [os.close(array('i', d)[0]) for _, _, d in p.recvmsg(9, 100)[1]])
        (s.sendmsg([b'x', b'y'], [(1, 1, array('i', [s.fileno()]))], S.MSG_DONTWAIT), [os.close(array('i', d)[0]) for _, _, d in p.recvmsg(9, 100)[1]])
        (s.sendmsg([type('Bytes', (bytes,), {})(b'ab')]), p.recvmsg(9))
        (s.sendmsg([b'ab'], (), Index(0)), s.sendmsg([b'c'], [], False), p.recvmsg(9, Index(0), Index(0)))
        (s.sendmsg([b'ab']), p.recvmsg(True), p.recvmsg(Index(1), False), p.settimeout(0), p.recvmsg(1))
        (s.sendmsg([b'ab']), p.recvmsg(2**18 + 1, 4097))
        (s.sendmsg([b'ab']), p.recvmsg(1, 0, S.MSG_PEEK), p.recvmsg(9, 4096, S.MSG_TRUNC))
        s.sendmsg([b'x'], [(2**64, 1, b'')])  # -> OverflowError
        s.sendmsg([b'x'], [(1, -2**64, array('i', [0]))])  # -> OverflowError
        s.sendmsg([b'x'], [(1, 1.0, b'')])
        s.sendmsg([b'x'], [(1, 99, bytes(1024))])
        s.sendmsg([b'x'], [(1, 99, bytes(1025))])
        s.sendmsg([b'x'], [(1, 1)])  # -> TypeError: [sendmsg() ancillary data items]() argument must be tuple of length 3, not 2
        (p.close(), s.sendmsg([b'x']))
        (p.close(), s.sendmsg([b'x'], [(1, 1, b'')]))
        (p.close(), s.recvmsg(1, 100))
        (s.close(), s.sendmsg([b'x'], [(1, 1, b'')]))
        s.sendmsg([b'x'], iter([]))
        s.sendmsg([b'x'], 'abc')  # -> TypeError: [sendmsg() ancillary data items]() argument must be 3-item tuple, not str
        s.sendmsg([b'x'], ['abc'])  # -> TypeError: [sendmsg() ancillary data items]() argument must be 3-item tuple, not str
        s.sendmsg([b'x'], None)
        s.sendmsg(None)
        s.sendmsg([b'x'], [None])  # -> TypeError: [sendmsg() ancillary data items]() argument must be 3-item tuple, not None
        S.send_fds(s, [b'x'], [])
        S.send_fds(s, [b'x'], [-1])
        S.send_fds(s, [b'x'], ['x'])
        S.send_fds(s, [b'x'], [2**31])
        (S.send_fds(s, [b'x'], []), S.recv_fds(p, 10, 0))
        (S.send_fds(s, [b'x'], []), S.recv_fds(p, 10, 5))
        S.recv_fds(p, -1, 1)
        S.recv_fds(p, 1, -1)
        S.recv_fds(p, 1, 2**60)
        S.recv_fds(p, 'x', 1)
        (s.close(), p.send(b'x'))
        (s.close(), p.sendall(b'x'))
        (s.close(), p.recv(1))
        (s.shutdown(2), s.recv(1), p.recv(1))
        (s.settimeout(0), s.recv(1))
        (s.settimeout(0.01), s.recv(1))
        (p.setsockopt(S.SOL_SOCKET, SO_PASSCRED, 1), s.send(b'x'), len(p.recvmsg(1, 99)[1][0][2]))
        (p.setsockopt(S.SOL_SOCKET, SO_PASSCRED, 1), s.send(b'x'), p.recvmsg(1, 0))
        (p.setsockopt(S.SOL_SOCKET, SO_PASSCRED, 1), s.send(b'x'), p.recvmsg(1, 15))
    """,
    "unix dgram pair": """
        (s.send(b'hello'), p.recvfrom(3))
        (s.send(b''), p.recvfrom(3))
        (s.send(b'hello'), p.recvmsg(3))
        s.sendmsg([b'x'], (), -1)
        (s.close(), p.settimeout(0.01), p.recv(3))
        (s.close(), p.send(b'x'))
    """,
    "function": """
        S.socket()
        S.socket(S.AF_INET6)
        S.socket(S.AF_UNIX, S.SOCK_DGRAM)
        S.socket(S.AF_INET, S.SOCK_STREAM, S.IPPROTO_TCP)
        S.socket(S.AF_INET, S.SOCK_STREAM | S.SOCK_NONBLOCK)
        S.socket(S.AF_INET, S.SOCK_STREAM | S.SOCK_CLOEXEC)
        S.socket(family=S.AF_INET, type=S.SOCK_DGRAM, proto=0, fileno=None)
        S.socket(-1, -1, -1)
        S.socket(Index(2), Index(1), Index(0))
        S.socket(Index(-1), Index(-1), Index(-1))
        S.socket(True, True, False)
        S.socket(S.AF_UNIX, S.SOCK_STREAM, S.AF_UNSPEC)
        S.socket(-2)
        S.socket(-1, -2)
        S.socket(-2**31 - 1)  # -> OverflowError
        S.socket(999)
        S.socket(S.AF_INET, 999)
        S.socket(S.AF_INET, S.SOCK_STREAM, 999)
        S.socket(S.AF_INET, S.SOCK_STREAM, S.IPPROTO_UDP)
        S.socket('x')
        S.socket(S.AF_INET, 'x')
        S.socket(S.AF_INET, S.SOCK_STREAM, 'x')
        S.socket(1.0)
        S.socket(None)
        S.socket(2**31)  # -> OverflowError
        S.socket(2, 2**31)  # -> OverflowError
        S.socket(2, 1, 2**31)  # -> OverflowError
        S.socket(2, 1, -2**31 - 1)  # -> OverflowError
        S.socket(fileno=-1)
        S.socket(fileno=-2**31)
        S.socket(fileno=999999)
        S.socket(fileno=2**31)  # -> ValueError
        S.socket(fileno=2**64)
        S.socket(fileno=1.5)
        S.socket(fileno='1')
        S.socket(fileno=b'1')
        S.socket(S.AF_INET, S.SOCK_STREAM, 0, 999999)
        S.socketpair()
        S.socketpair(S.AF_UNIX)
        S.socketpair(S.AF_UNIX, S.SOCK_DGRAM)
        S.socketpair(S.AF_UNIX, S.SOCK_SEQPACKET, 0)
        S.socketpair(family=None, type=S.SOCK_STREAM, proto=0)
        S.socketpair(S.AF_UNIX, S.SOCK_STREAM | S.SOCK_NONBLOCK)
        S.socketpair(Index(S.AF_UNIX), Index(S.SOCK_DGRAM), Index(0))
        S.socketpair(True, True, False)
        S.socketpair(S.AF_INET6)
        S.socketpair(999)
        S.socketpair('x')
        S.socketpair(S.AF_UNIX, 'x')
        S.socketpair(S.AF_UNIX, 999)
        S.socketpair(2**31)  # -> OverflowError
        S.fromfd(-1, S.AF_INET, S.SOCK_STREAM)
        S.fromfd(999999, S.AF_INET, S.SOCK_STREAM)
        S.fromfd('x', S.AF_INET, S.SOCK_STREAM)
        S.fromfd(2**31, S.AF_INET, S.SOCK_STREAM)
        S.fromfd(1.5, S.AF_INET, S.SOCK_STREAM)  # -> TypeError
        S.close(999999)
        S.close(-1)
        S.close('x')
        S.close(2**31)
        S.dup(999999)
        S.dup(-1)
        S.dup('x')
        S.dup(2**31)
        S.CMSG_LEN(0)
        S.CMSG_LEN(5)
        S.CMSG_LEN(-1)
        S.CMSG_LEN(INT_MAX)
        S.CMSG_LEN(INT_MAX - 16)
        S.CMSG_LEN(SSIZE_MAX)
        S.CMSG_LEN(SSIZE_MAX + 1)
        S.CMSG_LEN(SSIZE_MIN)
        S.CMSG_LEN('x')
        S.CMSG_LEN(1.0)
        S.CMSG_SPACE(0)
        S.CMSG_SPACE(5)
        S.CMSG_SPACE(-1)
        S.CMSG_SPACE(INT_MAX - 40)
        S.CMSG_SPACE(INT_MAX)
        S.CMSG_SPACE(2**31)
        S.CMSG_SPACE(SSIZE_MAX + 1)
        S.CMSG_SPACE('x')
        S.getdefaulttimeout()
        (S.setdefaulttimeout(3), S.getdefaulttimeout(), S.socket(), S.setdefaulttimeout(None))
        (S.setdefaulttimeout(0), S.socket(), S.setdefaulttimeout(None))
        (S.setdefaulttimeout(0.25), S.socketpair(), S.setdefaulttimeout(None))
        S.setdefaulttimeout(-1)
        S.setdefaulttimeout('x')  # -> TypeError: must be real number, not str
        S.setdefaulttimeout(float('nan'))  # -> ValueError
        S.setdefaulttimeout(1e30)  # -> OverflowError: timestamp out of range for C PyTime_t
        S.create_connection(('127.0.0.1', 1))
        S.create_connection(('127.0.0.1', 1), timeout=1)
        S.create_connection(('127.0.0.1', 1), source_address=('127.0.0.1', 0))
        S.create_connection(('no-such-host.invalid', 1))
        S.create_connection(('127.0.0.1',))
        S.create_connection('x')
        S.create_connection(5)
        S.create_connection(('127.0.0.1', 65536))  # port-out-of-range -> gaierror -8: [Errno -8] Servname not supported for ai_socktype
        S.create_connection(('127.0.0.1', 'no-such-service'))
        S.create_connection(('127.0.0.1\\0', 1))  # null-in-host -> ValueError: embedded null character
        S.create_server(('127.0.0.1', 0))
        S.create_server(('::1', 0), family=S.AF_INET6)
        S.create_server(('127.0.0.1', 0), backlog=0, reuse_port=True)
        S.create_server(('', 0), family=S.AF_INET6, dualstack_ipv6=True)
        S.create_server(('127.0.0.1', 0), dualstack_ipv6=True)
        S.create_server(('127.0.0.1', 0), backlog='x')
        S.create_server(('127.0.0.1', 65536))
        S.create_server(('192.0.2.1', 80))
        S.create_server(('no-such-host.invalid', 80))
        S.create_server('x')  # -> TypeError
        S.create_server((None, 0))
        S.create_server(('127.0.0.1', 0), family='x')
        S.has_dualstack_ipv6()
        S.has_ipv6
        S.error is OSError
        (S.gaierror.__mro__[1], S.herror.__mro__[1])
        S.SocketType.__name__
        (S.AF_INET, S.SOCK_STREAM, S.MSG_PEEK, S.AI_PASSIVE, S.SOL_SOCKET)
        S.AddressFamily(2)
        S.SocketKind(1)
        S.MsgFlag(3)
        str(S.AddressFamily.AF_UNIX.name)
    """,
}
