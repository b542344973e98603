"""A task for Celery's workers: which socket module they have, and who does it."""

from __future__ import annotations

import os
import socket

from celery import Celery

url = f"redis://127.0.0.1:{os.environ['REDIS_PORT']}/0"
app = Celery("celery_app", broker=url, backend=url)


@app.task
def which() -> str:
    return f"{socket.__name__} {os.getpid()}"


if __name__ == "__main__":
    print(which.delay().get(timeout=60), socket.__name__)
