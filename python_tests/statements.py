"""What dbt sends to the warehouse, statement by statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

NODE = re.compile(r'"node_id": "(?:model|test|seed)\.[^.]+\.([^".]+)')


@dataclass(frozen=True)
class Statement:
    """One statement that dbt sent to the warehouse."""

    node: str
    sql: str

    @property
    def size(self) -> int:
        return len(self.sql.encode())


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """The statements that dbt sends while this lasts."""
    from dbt.adapters.sql.connections import SQLConnectionManager

    statements: list[Statement] = []
    send = SQLConnectionManager.add_query

    def add_query(self: Any, sql: str, *arguments: Any, **options: Any) -> Any:
        found = NODE.search(sql)
        statements.append(Statement(found.group(1) if found else "", sql))
        return send(self, sql, *arguments, **options)

    SQLConnectionManager.add_query = add_query  # type: ignore[method-assign]
    try:
        yield statements
    finally:
        SQLConnectionManager.add_query = send  # type: ignore[method-assign]
