"""Redis and PostgreSQL, with their clients on cffisock."""

from __future__ import annotations

from typing import Any

from .servers import run_program


def test_redis(redis_server: Any, record_property: Any) -> None:
    done = run_program("redis_client.py", *redis_server, record=record_property)
    assert done["operations"] > 70_000
    assert done["bytes"] > 70_000_000


def test_postgresql(postgresql_server: Any, record_property: Any) -> None:
    done = run_program("postgresql_client.py", *postgresql_server, record=record_property)
    assert done["operations"] > 5_000
    assert done["bytes"] > 20_000_000
