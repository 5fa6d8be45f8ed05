"""Quiz items for the public: only what their types show before an answer is in (Q1)."""

from typing import Any

from django.utils.crypto import salted_hmac

from coexistence.content.models import Item
from coexistence.quiz.items import get


def shown(item: Item) -> dict[str, Any]:
    """What anyone may see of ``item``, whose current revision is loaded; the fields of ``ItemSerializer``."""
    revision = item.current
    assert revision is not None, "the importer gives every item a revision"
    item_type = get(revision.type)
    body = item_type.load(revision.body)
    return {
        "slug": item.slug,
        "revision": revision.number,
        "use": item.use,
        "objective": body.objective,
        "difficulty": body.difficulty,
        "section": body.section,
        "events": body.events,
        "points": body.points,
        **item_type.public(body, _seed(revision.digest)),
    }


def _seed(digest: str) -> int:
    # The same order for everyone, so that answers can be cached; but one that nobody can compute, or the options'
    # names could be traced to the ids in the author's files.
    return int(salted_hmac("coexistence.api.items", digest, algorithm="sha256").hexdigest()[:15], 16)
