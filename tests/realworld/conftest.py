"""The marker of these tests, the servers they talk to, and what was done at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ..conftest import LEFT_OUT
from .servers import Certificate, http_server, make_certificate, postgresql, redis

HERE = Path(__file__).parent
# Seconds, for the longest of them on PyPy and a busy machine.
TIMEOUT = 240


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.realworld)
            item.add_marker(pytest.mark.timeout(TIMEOUT))


class Chosen:
    """Leaves these tests out, after -m and -k chose theirs, unless -m asks for them."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        marked = [item for item in items if item.get_closest_marker("realworld") is not None]
        if not marked or "realworld" in config.option.markexpr:
            return
        config.hook.pytest_deselected(items=marked)
        items[:] = [item for item in items if item not in marked]
        left_out = config.stash.setdefault(LEFT_OUT, Counter())
        left_out["realworld: ask for them with -m realworld"] = len(marked)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Chosen(), "realworld-chosen")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What the programs did, as they counted it."""
    for report in terminalreporter.stats.get("passed", []):
        for name, done in report.user_properties:
            if name == "done":
                terminalreporter.line(f"{report.nodeid.rpartition('/')[2]}: {done}")


# --- servers ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def servers() -> Iterator[ExitStack]:
    """Ends what a test starts here at the end of the session."""
    with ExitStack() as exits:
        yield exits


@pytest.fixture(scope="session")
def redis_server(servers: ExitStack) -> tuple[str, str]:
    """The port and the AF_UNIX path of a Redis server."""
    return servers.enter_context(redis())


@pytest.fixture(scope="session")
def postgresql_server(servers: ExitStack) -> tuple[str, str]:
    """The port and the AF_UNIX path of a PostgreSQL server."""
    return servers.enter_context(postgresql())


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Of localhost and 127.0.0.1, signed by itself."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(params=["http", "https"])
def url(request: pytest.FixtureRequest, certificate: Certificate) -> Iterator[str]:
    """Where http.server serves, on cffisock."""
    with http_server(request.param, certificate) as found:
        yield found
