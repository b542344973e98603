"""The command line's own: OpenSSL, socat, nc."""

from __future__ import annotations

import hashlib
import subprocess
from typing import Any

import pytest

from .programs.data import noise
from .servers import (
    ENVIRONMENT,
    ON_CFFISOCK,
    PROGRAMS,
    Certificate,
    http_server,
    run_program,
    serving,
    serving_program,
    tool,
)

# --- OpenSSL ------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_server_of_openssl(version: str, certificate: Certificate, record_property: Any) -> None:
    file, key = map(str, certificate)
    command = [tool("openssl"), "s_server", "-rev", "-accept", "127.0.0.1:0"]
    with serving([*command, "-cert", file, "-key", key], r"ACCEPT \S+:(\d+)") as (port, _):
        done = run_program("tls_client.py", port, file, version, record=record_property)
    assert done["operations"] == 4000
    assert done["bytes"] > 8_000_000


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_a_client_of_openssl(version: str, certificate: Certificate) -> None:
    """Uploads and downloads megabytes."""
    data = noise(4_000_000)
    head = f"POST / HTTP/1.1\r\nContent-Length: {len(data)}\r\n\r\n".encode()
    last = b"GET /noise/3000000/5 HTTP/1.1\r\nConnection: close\r\n\r\n"
    with http_server("https", certificate) as url:
        address = url.partition("//")[2]
        command = [tool("openssl"), "s_client", "-connect", address, version, "-quiet"]
        command += ["-verify_return_error", "-CAfile", str(certificate.certificate)]
        done = subprocess.run(
            # -quiet also turns off that a line with an R in front renegotiates.
            command,
            input=head + data + last,
            capture_output=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(data).hexdigest().encode() in done.stdout[:500]
    assert done.stdout.endswith(b"\r\n\r\n" + noise(3_000_000, "5"))


# --- socat and nc ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["UNIX", "ABSTRACT"])
def test_a_server_of_socat(kind: str, unix_path: str, record_property: Any) -> None:
    listen = f"{kind}-LISTEN:{unix_path}"
    address = f"@{unix_path}" if kind == "ABSTRACT" else unix_path
    with serving([tool("socat"), "-d", "-d", listen, "EXEC:cat"], "(listening on)"):
        done = run_program("unix_peer.py", "echo", address, record=record_property)
    assert done["bytes"] > 32_000_000


def test_packets_to_socat(unix_path: str, record_property: Any) -> None:
    command = [tool("socat"), "-d", "-d", "-b", "65536", f"UNIX-LISTEN:{unix_path},type=5"]
    with serving([*command, "PIPE"], "(listening on)"):
        done = run_program("unix_peer.py", "seqpacket", unix_path, record=record_property)
    assert done["operations"] == 2000


@pytest.mark.parametrize("abstract", [False, True])
@pytest.mark.parametrize("client", ["socat", "nc"])
def test_a_client(client: str, abstract: bool, unix_path: str) -> None:
    """Gets back from a server on cffisock what it sent, megabytes."""
    data = noise(8_000_000)
    commands = {
        ("socat", False): [tool("socat"), "-t20", "-", f"UNIX-CONNECT:{unix_path}"],
        ("socat", True): [tool("socat"), "-t20", "-", f"ABSTRACT-CONNECT:{unix_path}"],
        ("nc", False): [tool("nc"), "-N", "-U", unix_path],
        ("nc", True): [tool("nc"), "-N", "-U", f"@{unix_path}"],
    }
    address = f"@{unix_path}" if abstract else unix_path
    with serving_program("unix_peer.py", "serve", address):
        for _ in range(3):
            done = subprocess.run(
                commands[client, abstract],
                input=data,
                stdout=subprocess.PIPE,
                check=True,
                timeout=60,
            )
            assert done.stdout == data


def test_datagrams_from_socat(unix_path: str) -> None:
    command = [*ON_CFFISOCK, str(PROGRAMS / "unix_peer.py"), "datagrams", unix_path]
    with subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, encoding="utf-8"
    ) as receiver:
        assert receiver.stdout is not None
        assert receiver.stdout.readline() == "ready\n"
        with subprocess.Popen(
            [tool("socat"), "-u", "-b", "16", "-", f"UNIX-SENDTO:{unix_path}"],
            stdin=subprocess.PIPE,
        ) as sender:
            assert sender.stdin is not None
            for index in range(2000):
                sender.stdin.write(b"%015d\n" % index)
                sender.stdin.flush()
        assert '"operations": 2000' in receiver.stdout.read()
    assert receiver.returncode == 0
