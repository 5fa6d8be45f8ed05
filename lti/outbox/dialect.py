"""How SQL is put for SQLite and for PostgreSQL.

Statements take their rows as one JSON parameter, so that their number changes neither the statement nor the number of
its parameters.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Value
from django.db.models.functions import Coalesce, Greatest

# Not before the second after the last stamp, unless the message is the same one again (G2).
STAMPABLE = "(d.stamp IS NULL OR d.stamped_revision = d.wanted_revision OR d.stamp < %s)"


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def db_time(value: datetime | None) -> Any:
    """A moment as this database's columns hold it."""
    return connection.ops.adapt_datetimefield_value(value)


def db_uuid(value: UUID) -> Any:
    return value if connection.features.has_native_uuid_field else value.hex


def whole_second(now: datetime) -> datetime:
    return now.replace(microsecond=0)


def as_json(rows: Sequence[Any]) -> str:
    def plain(value: Any) -> Any:
        if isinstance(value, datetime):
            return value.isoformat() if is_postgres() else str(db_time(value))
        return value

    return json.dumps([{name: plain(getattr(row, name)) for name in row.__slots__} for row in rows])


def source(alias: str, columns: Mapping[str, str]) -> str:
    """A FROM item that turns one JSON parameter into rows of ``columns`` (names and PostgreSQL types)."""
    if is_postgres():
        return f"jsonb_to_recordset(%s::jsonb) AS {alias}({', '.join(f'{n} {t}' for n, t in columns.items())})"
    fields = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    return f"(SELECT {fields} FROM json_each(%s)) AS {alias}"  # noqa: S608


def after(stamp: str, *, least: str) -> str:
    """SQL for the later of ``least`` and one second after ``stamp``."""
    if is_postgres():
        return later_of(least, f"{stamp} + interval '1 second'")
    return later_of(least, f"strftime('%%Y-%%m-%%d %%H:%%M:%%S', {stamp}, '+1 second')")


def later_of(*moments: str) -> str:
    """SQL for the latest of these moments, of which all but the first may be none."""
    if is_postgres():
        return f"GREATEST({', '.join(moments)})"
    first, *others = moments
    known = [f"coalesce({other}, '')" for other in others]
    return f"max({', '.join([first, *known])})"


def when_left(at: datetime) -> Greatest:
    """The expression for ``at``, or for when a platform that wants to be left alone may be asked again."""
    return Greatest(Value(at), Coalesce("not_before", Value(at)))


def appended(column: str, *values: str) -> str:
    """SQL for the JSON list in ``column`` with one list of ``values`` more."""
    if is_postgres():
        return f"{column} || jsonb_build_array(jsonb_build_array({', '.join(values)}))"
    return f"json_insert({column}, '$[#]', json_array({', '.join(values)}))"


def fetch(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def moment(value: datetime) -> datetime:
    """A column's moment as Python has it; raw SQL on SQLite gives it without its time zone."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)
