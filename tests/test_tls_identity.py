"""Who the peer is after install(): certificates, names, sessions; as in test_tls."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from .tls_peer import ON_BOTH, TLS_VERSIONS, connected, context_of, echo, peer, subject


def refused(sock: Any) -> None:
    pytest.fail("the handshake succeeded")


@ON_BOTH
def test_authority_and_name(which: str, certificates: Path) -> None:
    with pytest.raises(ssl.SSLError), peer(refused, context_of(certificates)) as port:
        result = subject(which, "unknown_authority", certificates, port)
    assert result == ["SSLCertVerificationError", 1, "CERTIFICATE_VERIFY_FAILED"]
    with pytest.raises(ssl.SSLError), peer(refused, context_of(certificates)) as port:
        result = subject(which, "wrong_name", certificates, port)
    assert result == [62, True]


@ON_BOTH
def test_certificates_of_both_and_the_name_asked_for(which: str, certificates: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificates / "other.pem"))
    context.load_cert_chain(str(certificates / "client.pem"))
    context.set_alpn_protocols(["a"])
    with connected(which, "both_known", certificates, context) as (sock, results):
        binding = sock.get_channel_binding("tls-unique")
        assert sock.recv(100).decode() == binding.hex()
    asked, chosen, peer_name, protocol = results[0]
    assert asked == [["SSLSocket", True, "localhost", True]]
    assert (chosen, peer_name, protocol) == (True, [[["commonName", "somebody"]]], "a")


@ON_BOTH
@TLS_VERSIONS
def test_sessions(which: str, version: Any, certificates: Path) -> None:
    context = context_of(certificates)
    context.maximum_version = version
    with peer(echo, context, 2) as port:
        result = subject(which, "sessions", certificates, port)
    assert result == [False, "x", True, "x"]


@ON_BOTH
def test_certificate_asked_for_later(which: str, certificates: Path) -> None:
    context = context_of(certificates, "server", "client")
    context.verify_mode = ssl.CERT_REQUIRED
    context.post_handshake_auth = True
    known = []

    def handler(sock: Any) -> None:
        assert sock.recv(10) == b"ask"
        known.append(sock.getpeercert())
        sock.verify_client_post_handshake()
        sock.sendall(b"yes")
        assert sock.recv(10) == b"go on"
        known.append(sock.getpeercert()["subject"])

    with peer(handler, context) as port:
        result = subject(which, "asked_later", certificates, port)
    assert result[:2] == ["yes", ""]
    assert result[2][0] == "SSLError"
    assert known == [None, ((("commonName", "somebody"),),)]
