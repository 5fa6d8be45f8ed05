"""Statements that every launch needs: put into SQL once in a process, planned once for a connection, then executed.

Django puts a query into SQL each time it is asked, and PostgreSQL plans it each time, and either takes longer than
everything else a launch does.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row")
New = TypeVar("New", bound=Model)


def cursor() -> Any:
    """A cursor whose statements the database keeps planned. SQLite does that with every one."""
    database = connections[DEFAULT_DB_ALIAS]
    return getattr(database, "prepared_cursor", database.cursor)()


class Prepared(Generic[Row]):
    """``query`` is called once, with a marker for each of ``texts`` and ``numbers``, which it may only compare with.

    It gives rows of a model, with what is selected along, or ``values``.
    """

    def __init__(
        self, query: Callable[..., QuerySet[Any, Row]], *, texts: tuple[str, ...] = (), numbers: tuple[str, ...] = ()
    ) -> None:
        self._query = query
        self._markers: dict[str, str | int] = {name: f"<{name}>" for name in texts}
        self._markers |= {name: -(index + 1_000_000) for index, name in enumerate(numbers)}

    def all(self, **values: str | int) -> list[Row]:
        """The rows for these values. One statement."""
        sql, names, build = self._plan
        with cursor() as executing:
            executing.execute(sql, [values[name] if name else fixed for name, fixed in names])
            return [build(row) for row in executing.fetchall()]

    def first(self, **values: str | int) -> Row | None:
        """The first of the rows; None where there is none."""
        return next(iter(self.all(**values)), None)

    @cached_property
    def _plan(self) -> tuple[str, list[tuple[str, Any]], Callable[[Sequence[Any]], Any]]:
        query = self._query(**self._markers).query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, given = compiler.as_sql()
        names = {marker: name for name, marker in self._markers.items()}
        converters = compiler.get_converters([column[0] for column in compiler.select])
        build = _model(compiler) if query.default_cols else _values(query)

        def converted(row: Sequence[Any]) -> Any:
            return build(next(iter(compiler.apply_converters([row], converters))) if converters else row)

        return sql, [(names.get(value, ""), value) for value in given], converted


def _values(query: Any) -> Callable[[Sequence[Any]], dict[str, Any]]:
    names = list(query.selected or (*query.values_select, *query.annotation_select))
    return lambda row: dict(zip(names, row, strict=True))


def _model(compiler: Any) -> Callable[[Sequence[Any]], Model]:
    model, fields = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    start, end = fields[0], fields[-1] + 1
    columns = [column[0].target.attname for column in compiler.select[start:end]]
    related = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]

    def build(row: Sequence[Any]) -> Model:
        built: Model = model.from_db(DEFAULT_DB_ALIAS, columns, row[start:end])
        for populator in related:
            populator.populate(row, built)
        return built

    return build


class PreparedInsert(Generic[New]):
    """The INSERT of a new row whose key is given: what ``save(force_insert=True)`` writes, without its signals.

    Where there is a row already with the same ``once``, a unique field, nothing is inserted.
    """

    def __init__(self, model: type[New], *, once: str) -> None:
        self._model, self._once = model, once

    def execute(self, row: New) -> bool:
        """Insert ``row``, in one statement; whether it was."""
        sql, fields = self._plan
        database = connections[DEFAULT_DB_ALIAS]
        values = [field.get_db_prep_save(field.pre_save(row, add=True), database) for field in fields]
        with cursor() as executing:
            executing.execute(sql, values)
            if executing.rowcount != 1:
                return False
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        return True

    @cached_property
    def _plan(self) -> tuple[str, list["Field[Any, Any]"]]:
        quote, meta = connections[DEFAULT_DB_ALIAS].ops.quote_name, self._model._meta
        fields = list(meta.concrete_fields)
        columns = ", ".join(quote(str(field.column)) for field in fields)
        places = ", ".join(["%s"] * len(fields))
        once = quote(str(meta.get_field(self._once).column))  # type: ignore[union-attr]
        into = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 - our own names
        return f"{into} ON CONFLICT ({once}) DO NOTHING", fields
