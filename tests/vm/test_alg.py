"""The kernel's cryptography."""

from __future__ import annotations

import hashlib
import hmac
import struct
from typing import Any

import pytest

import cffisock
from cffisock import AF_ALG, SOCK_SEQPACKET, SOL_ALG

from .peers import PEERS, check_refused, outcome


def algorithm(kind: str, name: str, module: Any = cffisock) -> Any:
    sock = module.socket(AF_ALG, SOCK_SEQPACKET, 0)
    sock.bind((kind, name))
    return sock


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256"])
def test_hashes(name: str) -> None:
    with algorithm("hash", name) as tfm:
        operation, address = tfm.accept()
        with operation:
            assert address is None
            assert (operation.family, operation.type) == (AF_ALG, SOCK_SEQPACKET)
            for data in (b"abc", bytes(100000)):
                operation.sendall(data[:1], cffisock.MSG_MORE)
                operation.sendall(data[1:])
                assert operation.recv(64) == hashlib.new(name, data).digest()


def test_a_keyed_hash() -> None:
    with algorithm("hash", "hmac(sha1)") as tfm:
        tfm.setsockopt(SOL_ALG, cffisock.ALG_SET_KEY, b"key")
        operation, _ = tfm.accept()
        with operation:
            operation.send(b"data")
            data, address = operation.recvfrom(64)
            assert data == hmac.new(b"key", b"data", "sha1").digest()
            assert address is None


def test_a_cipher() -> None:
    # The first of the vectors for CBC-AES128 in NIST's SP 800-38A.
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    iv = bytes(range(16))
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    secret = bytes.fromhex("7649abac8119b246cee98e9b12e9197d")
    with algorithm("skcipher", "cbc(aes)") as tfm:
        tfm.setsockopt(SOL_ALG, cffisock.ALG_SET_KEY, key)
        operation, _ = tfm.accept()
        with operation:
            for op, data, result in (
                (cffisock.ALG_OP_ENCRYPT, plain, secret),
                (cffisock.ALG_OP_DECRYPT, secret, plain),
            ):
                control = [
                    (SOL_ALG, cffisock.ALG_SET_OP, struct.pack("=I", op)),
                    (SOL_ALG, cffisock.ALG_SET_IV, struct.pack("=I", len(iv)) + iv),
                ]
                assert operation.sendmsg([data], control) == 16
                assert operation.recv(16) == result


def test_random_numbers() -> None:
    with algorithm("rng", "stdrng") as tfm:
        tfm.setsockopt(SOL_ALG, cffisock.ALG_SET_KEY, None, 0)
        operation, _ = tfm.accept()
        with operation:
            one, two = operation.recv(32), operation.recv(32)
            assert len(one) == len(two) == 32
            assert one != two


def test_errors() -> None:
    check_refused(
        lambda module: module.socket(AF_ALG, SOCK_SEQPACKET, 0),
        "bind",
        [
            *(("hash", "no such hash"), ("no such", "sha1"), ("hash", ""), ("hash",)),
            *(("x" * 14, "sha1"), ("hash", "x" * 64), (b"hash", "sha1"), ("hash", "sha1", 1)),
        ],
    )
    results = []
    for module in PEERS:
        with algorithm("hash", "sha1", module) as sock:
            results.append([outcome(sock.getsockname), outcome(sock.getpeername)])
    assert all(result == results[0] for result in results)
