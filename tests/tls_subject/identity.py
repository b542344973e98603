"""Who the peer is: certificates, names, sessions."""

from __future__ import annotations

import ssl
from typing import Any

from .common import HOST, client_context, connect, failure, listener, server_context


def unknown_authority(port: int) -> Any:
    sock = connect(port)
    context = client_context("other")
    return failure(lambda: context.wrap_socket(sock, server_hostname=HOST))


def wrong_name(port: int) -> Any:
    sock = connect(port)
    context = client_context()
    try:
        context.wrap_socket(sock, server_hostname="elsewhere.test")
    except ssl.SSLCertVerificationError as error:
        return [error.verify_code, "elsewhere.test" in error.verify_message]
    return "connected"


def both_known(fd: int) -> Any:
    """The server asks for a certificate, and chooses its own by the name that it is called."""
    asked = []

    def choose(sock: Any, name: str, context: Any) -> None:
        asked.append([type(sock).__name__, sock.server_side, name, context is first])
        sock.context = second

    first = server_context("server", "client")
    first.sni_callback = choose
    second = server_context("other", "client")
    for context in (first, second):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["b", "a"])
    with listener(fd) as plain:
        sock, _ = plain.accept()
    with first.wrap_socket(sock, server_side=True) as sock:
        peer = sock.getpeercert()["subject"]
        binding = sock.get_channel_binding("tls-unique").hex()
        sock.sendall(binding.encode("ascii"))
        return [asked, sock.context is second, peer, sock.selected_alpn_protocol()]


def sessions(port: int) -> Any:
    """The second connection goes on with the session of the first."""
    context = client_context()
    with context.wrap_socket(connect(port), server_hostname=HOST) as sock:
        sock.sendall(b"x")
        first = [sock.session_reused, sock.recv(1).decode()]
        session = sock.session
    with context.wrap_socket(connect(port), server_hostname=HOST, session=session) as sock:
        sock.sendall(b"x")
        return [*first, sock.session_reused, sock.recv(1).decode()]


def asked_later(port: int) -> Any:
    """The server asks for the certificate after the handshake."""
    context = client_context(certificate="client")
    context.post_handshake_auth = True
    with context.wrap_socket(connect(port), server_hostname=HOST) as sock:
        sock.sendall(b"ask")
        answer = sock.recv(3).decode()
        sock.sendall(b"go on")
        return [answer, sock.recv(1).decode(), failure(sock.verify_client_post_handshake)]
