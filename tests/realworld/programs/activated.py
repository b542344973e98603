"""Runs a command as systemd does a unit with a socket: COMMAND ARG..., with LISTEN_FDS."""

import os
import socket
import sys

listener = socket.create_server(("127.0.0.1", 0))
print(f"Listens at {listener.getsockname()[1]}", flush=True)
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)  # which dup2 leaves as it is if that was 3 already
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execvp(sys.argv[1], sys.argv[1:])
