"""An application of Flask's: says which socket module it has, and who answers."""

from __future__ import annotations

import os
import socket
import sys

from flask import Flask

app = Flask(__name__)


@app.route("/")
def index() -> str:
    return f"{socket.__name__} {os.getpid()}"


if __name__ == "__main__":
    app.run(port=int(sys.argv[1]), debug=True)
