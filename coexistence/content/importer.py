"""A unit's files -> rows. Everything is read, validated, rendered and hashed first; then one transaction writes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from .documents import digest_of
from .folder import Progress, read_unit
from .models import Item, Quiz, Revision, Unit
from .rows import Fields, Model, Rows, rows_of
from .signals import unit_changed

BATCH = 100
MOST_NAMED = 5
ADDED = "added"
KEPT = "no longer in the files, kept"


@dataclass(frozen=True)
class Loaded:
    """What a load did. ``changes`` has one line for each part that came, changed or went; empty if nothing changed.
    ``touches`` says what else these changes reach, such as assignments that are running."""

    slug: str
    revision: int
    changes: list[str]
    touches: list[str]


class _RehearsedError(Exception):
    """Undoes a load that was only to show what it would do."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded


def load(
    folder: Path,
    *,
    own: Path | None = None,
    remove: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Loaded:
    """Make the database hold the unit in ``folder``, with the quizzes of the folder ``own`` laid over it.

    Raises ``MistakesError`` and changes nothing if it is not right. A second load of the same files parses and writes
    nothing. Parts are known by their ids, or by what they say that they were called before: rows keep their keys
    whatever else changes. What is gone from the files stays, unless ``remove`` is said; items and quizzes are then
    retired and never deleted, since attempts point to them. ``dry_run`` does all of it and undoes it.
    """
    files = digest_of(folder, own)
    if not remove and (known := Unit.objects.filter(files=files).first()):
        return Loaded(known.slug, known.revision, [], [])
    wanted = rows_of(read_unit(folder, own, progress))
    try:
        with transaction.atomic():
            loaded = _write(wanted, files, remove=remove)
            if dry_run:
                raise _RehearsedError(loaded)
    except _RehearsedError as rehearsed:
        return rehearsed.loaded
    return loaded


def _write(wanted: Rows, files: str, *, remove: bool) -> Loaded:
    now = timezone.now()
    slug = wanted.unit["slug"]
    unit, is_new = Unit.objects.select_for_update().get_or_create(
        slug=slug, defaults={**wanted.unit, "digest": wanted.digest, "files": files, "loaded_at": now}
    )
    if not is_new and unit.digest == wanted.digest and not remove:
        Unit.objects.filter(pk=unit.pk).update(files=files)
        return Loaded(slug, unit.revision, [], [])
    changes = _Changes(remove=remove)
    if is_new:
        changes.say(Unit, [slug], ADDED)
    elif changed := [name for name, value in wanted.unit.items() if getattr(unit, name) != value]:
        changes.say(Unit, [slug], f"changed {', '.join(changed)}")
    keys: dict[Model, dict[str, int]] = {}
    for model, entries in wanted.parts.items():
        keys[model] = _sync(model, unit, entries, changes, was=wanted.was.get(model, {}))
    for (model, name), entries_ in wanted.links.items():
        _sync_links(model, name, entries_, keys, changes)
    _sync_items(unit, wanted, changes, now)
    quizzes = {s: {**f, "retired": False} for s, f in wanted.quizzes.items()}
    _sync(Quiz, unit, quizzes, changes, retire=True, was=wanted.was[Quiz], course=None)
    if not is_new:
        for name, value in wanted.unit.items():
            setattr(unit, name, value)
        unit.digest, unit.files, unit.loaded_at = wanted.digest, files, now
        unit.revision += bool(changes.parts)
        unit.save()
    touches: list[str] = []
    if changes.parts and not is_new:
        for _, lines in unit_changed.send(Unit, unit=unit, changed=changes.slugs()):
            touches += lines or []
    return Loaded(slug, unit.revision, changes.lines(), touches)


@dataclass
class _Changes:
    """What happened to each part, by its model and slug; ``remove`` is whether parts that are gone may be removed."""

    remove: bool
    parts: dict[tuple[Model, str], list[str]] = field(default_factory=dict)

    def say(self, model: Model, slugs: Iterable[str], what: str) -> None:
        for slug in slugs:
            said = self.parts.setdefault((model, slug), [])
            if ADDED not in said:
                said.append(what)

    def slugs(self) -> dict[Model, set[str]]:
        """The slugs of all that changed, by model."""
        found: dict[Model, set[str]] = {}
        for model, slug in self.parts:
            found.setdefault(model, set()).add(slug)
        return found

    def lines(self) -> list[str]:
        """A line for each part, or one for all that fared alike where there are too many to read."""
        alike: dict[tuple[Model, str], list[str]] = {}
        for (model, slug), said in self.parts.items():
            alike.setdefault((model, ", ".join(said)), []).append(slug)
        lines = []
        for (model, what), slugs in alike.items():
            if len(slugs) > MOST_NAMED:
                lines.append(f"{len(slugs)} {model._meta.verbose_name_plural}: {what}")
            else:
                lines += [f"{model._meta.verbose_name} {slug}: {what}" for slug in slugs]
        return lines


def _sync(
    model: Any,
    unit: Unit,
    entries: Mapping[str, Fields],
    changes: _Changes,
    *,
    was: Mapping[str, str],
    retire: bool = False,
    **only: None,
) -> dict[str, int]:
    """Make the unit's rows of ``model`` equal ``entries``, of those that ``only`` leaves; their keys by slug.

    ``was`` has the former slugs of entries that had another one.
    """
    existing = {row.slug: row for row in model.objects.filter(unit=unit, **only)}
    changed, names = [], set()
    for slug, fields in entries.items():
        former = was.get(slug, slug)
        if slug not in existing and former in existing and former not in entries:
            existing[slug] = existing.pop(former)
            changes.say(model, [slug], f"renamed from {former}")
        if slug in existing:
            wanted = {"slug": slug, **fields}
            different = [name for name, value in wanted.items() if getattr(existing[slug], name) != value]
            for name in different:
                setattr(existing[slug], name, wanted[name])
            if different:
                changed.append(existing[slug])
                names.update(different)
            if told := [name for name in different if name != "slug"]:
                changes.say(model, [slug], f"changed {', '.join(told)}")
    new = [model(unit=unit, slug=slug, **fields) for slug, fields in entries.items() if slug not in existing]
    gone = [row for slug, row in existing.items() if slug not in entries]
    if retire:
        gone = [row for row in gone if not row.retired]
    if not changes.remove:
        changes.say(model, [row.slug for row in gone], KEPT)
        gone = []
    elif retire:
        for row in gone:
            row.retired = True
        changed += gone
        names.add("retired")
    else:
        for start in range(0, len(gone), BATCH):
            model.objects.filter(pk__in=[row.pk for row in gone[start : start + BATCH]]).delete()
    if changed:
        model.objects.bulk_update(changed, sorted(names), batch_size=BATCH)
    model.objects.bulk_create(new, batch_size=BATCH)
    changes.say(model, [row.slug for row in new], ADDED)
    changes.say(model, [row.slug for row in gone], "retired" if retire else "removed")
    return {row.slug: row.pk for row in [*existing.values(), *new] if row.slug in entries}


def _sync_links(
    model: Any, name: str, entries: Mapping[str, list[str]], keys: Mapping[Model, Mapping[str, int]], changes: _Changes
) -> None:
    relation = model._meta.get_field(name)
    through = relation.remote_field.through
    near, far = f"{relation.m2m_field_name()}_id", f"{relation.m2m_reverse_field_name()}_id"
    here, there = keys[model], keys[relation.related_model]
    wanted = {(here[slug], there[other]): slug for slug, others in entries.items() for other in others}
    slugs = {key: slug for slug, key in here.items()}
    existing = {}
    for start in range(0, len(slugs), BATCH):
        some = list(slugs)[start : start + BATCH]
        found = through.objects.filter(**{f"{near}__in": some}).values_list("pk", near, far)
        existing.update({(a, b): pk for pk, a, b in found})
    gone = [pk for pair, pk in existing.items() if pair not in wanted]
    for start in range(0, len(gone), BATCH):
        through.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    new = [pair for pair in wanted if pair not in existing]
    through.objects.bulk_create([through(**{near: a, far: b}) for a, b in new], batch_size=BATCH)
    touched = {slugs[a] for a, _ in new} | {slugs[a] for (a, b) in existing if (a, b) not in wanted}
    changes.say(model, sorted(touched), f"changed {name}")


def _sync_items(unit: Unit, wanted: Rows, changes: _Changes, now: datetime) -> None:
    keys = _sync(
        Item,
        unit,
        {s: {**f, "retired": False} for s, f in wanted.items.items()},
        changes,
        was=wanted.was[Item],
        retire=True,
    )
    items = {item.slug: item for item in Item.objects.filter(unit=unit).select_related("current")}
    last = dict(Revision.objects.filter(item__unit=unit).order_by().values_list("item").annotate(models.Max("number")))
    revisions = []
    for slug, body in wanted.bodies.items():
        current = items[slug].current
        if current is None or current.digest != body["digest"]:
            number = last.get(keys[slug], 0) + 1
            revisions.append(Revision(item=items[slug], number=number, created_at=now, **body))
            if number > 1:
                changes.say(Item, [slug], f"revision {number}")
    Revision.objects.bulk_create(revisions, batch_size=BATCH)
    for revision in revisions:
        revision.item.current = revision
    Item.objects.bulk_update([revision.item for revision in revisions], ["current"], batch_size=BATCH)
