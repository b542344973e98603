"""Works with a PostgreSQL server: PORT PATH."""

from __future__ import annotations

import io
import sys
from contextlib import closing
from typing import Any

import pg8000.dbapi
from common import count, digest, in_threads, is_ours, noise, tell

PORT, PATH = int(sys.argv[1]), sys.argv[2]


def connect(unix: bool, **options: Any) -> Any:
    """A connection over AF_UNIX or TCP, on a socket of cffisock."""
    where = {"unix_sock": PATH} if unix else {"host": "127.0.0.1", "port": PORT}
    connection = pg8000.dbapi.connect("tester", database="postgres", **where, **options)
    assert is_ours(connection._usock), connection._usock
    return closing(connection)


def rows(connection: Any) -> None:
    """Statements with parameters, in one transaction; and one that is undone."""
    cursor = connection.cursor()
    cursor.execute("DROP TABLE IF EXISTS item")
    cursor.execute("CREATE TABLE item (id int PRIMARY KEY, name text, data bytea)")
    expected = [(i, f"Größe {i}", noise(i % 700, i)) for i in range(700)]
    for row in expected:
        cursor.execute("INSERT INTO item VALUES (%s, %s, %s)", row)
    connection.commit()
    cursor.execute("DELETE FROM item")
    connection.rollback()
    cursor.execute("SELECT id, name, data FROM item ORDER BY id")
    assert [(i, name, bytes(data)) for i, name, data in cursor.fetchall()] == expected
    count(len(expected) + 4, 2 * sum(len(data) for _, _, data in expected))
    try:
        cursor.execute("INSERT INTO item VALUES (1, '', '')")
    except pg8000.dbapi.DatabaseError as error:
        assert error.args[0]["C"] == "23505", error
    else:
        raise AssertionError("the same key twice")
    connection.rollback()


def copied(connection: Any) -> None:
    """COPY in and out, megabytes of it, and what the server makes of them."""
    cursor = connection.cursor()
    cursor.execute("DROP TABLE IF EXISTS line")
    cursor.execute("CREATE TABLE line (id int, data text)")
    total = 20_000
    text = "".join(f"{i}\t{noise(40, i).hex()}\n" for i in range(total)).encode()
    cursor.execute("COPY line FROM STDIN", stream=io.BytesIO(text))
    cursor.execute("SELECT count(*), sum(id), sum(length(data)) FROM line")
    assert cursor.fetchone() == [total, total * (total - 1) // 2, 80 * total]
    back = io.BytesIO()
    cursor.execute("COPY (SELECT * FROM line ORDER BY id) TO STDOUT", stream=back)
    assert digest(back.getvalue()) == digest(text)
    connection.commit()
    count(2 * total, 2 * len(text))


def large_rows(connection: Any) -> None:
    cursor = connection.cursor()
    for size in (100_000, 5_000_000):
        data = noise(size)
        cursor.execute("SELECT %s::bytea, md5(%s::bytea)", (data, data))
        back, _ = cursor.fetchone()
        assert digest(bytes(back)) == digest(data)
        count(1, 3 * size)
    cursor.execute("SELECT repeat('x', 8000000)")
    assert cursor.fetchone() == ["x" * 8_000_000]
    count(1, 8_000_000)
    connection.rollback()


def transactions(connection: Any, unix: bool) -> None:
    """Several connections that add to the same row: none may be lost."""
    cursor = connection.cursor()
    cursor.execute("DROP TABLE IF EXISTS total")
    cursor.execute("CREATE TABLE total AS SELECT 0 AS n")
    connection.commit()

    def add(_: int) -> None:
        with connect(unix) as mine:
            own = mine.cursor()
            for _ in range(100):
                own.execute("UPDATE total SET n = n + 1 RETURNING n")
                own.fetchone()
                mine.commit()
                count(3)

    in_threads(5, add)
    cursor.execute("SELECT n FROM total")
    assert cursor.fetchone() == [500]
    connection.commit()


def notified(connection: Any, unix: bool) -> None:
    """What one connection notifies arrives at another; pg8000 keeps the last hundred."""
    connection.autocommit = True
    connection.cursor().execute("LISTEN news")
    with connect(unix) as other:
        other.autocommit = True
        for index in range(100):
            other.cursor().execute(f"NOTIFY news, '{index}'")
    connection.cursor().execute("SELECT 1")
    assert [payload for _, _, payload in connection.notifications] == [str(i) for i in range(100)]
    count(102)


def impatient(unix: bool) -> None:
    """The socket's timeout ends a statement that takes longer."""
    with connect(unix, timeout=2) as connection:
        connection.cursor().execute("SELECT 1")
        try:
            connection.cursor().execute("SELECT pg_sleep(20)")
        except (TimeoutError, pg8000.dbapi.InterfaceError):
            count(1)
        else:
            raise AssertionError("the timeout passed unnoticed")


for over_unix in (False, True):
    with connect(over_unix) as the_connection:
        rows(the_connection)
        copied(the_connection)
        large_rows(the_connection)
        transactions(the_connection, over_unix)
        notified(the_connection, over_unix)
    impatient(over_unix)
tell()
