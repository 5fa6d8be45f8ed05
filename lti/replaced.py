"""What is said of an activity in whose place an instructor has put another one; see ``lti.binding.follow``."""

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext

from .models import ResourceLink, ScoreDelivery
from .wording import number

#: Of a ``LineItem``: the title of what its link showed before, if anything.
TITLE = Subquery(
    ResourceLink.objects.filter(replaced_by__line_item=OuterRef("pk"))
    .order_by("-replaced_at")
    .values("assignment__title")[:1]
)


def column(sentence: str, former: str | None) -> str:
    """The sentence on a column, and what an instructor has to know where it had the scores of ``former``."""
    if former is None:
        return sentence
    before = gettext(
        "Before, “%(title)s” stood in this place. Scores of it that had arrived stay in the gradebook until this "
        "activity is handed in; those that had not are not sent any more. All answers to it are kept."
    )
    return f"{sentence} {before % {'title': former}}"


def sentence(row: ScoreDelivery) -> str:
    """What became of the score of an activity that stood there before; ``row`` brings its ``former_title`` along."""
    said = {"title": row.former_title}  # type: ignore[attr-defined]
    if row.acknowledged_score is None:
        return gettext("A score of “%(title)s”, which stood in this place before, was not sent and is kept.") % said
    return gettext(
        "The gradebook has a score of “%(title)s”, which stood in this place before: %(score)s of %(maximum)s. "
        "It stays until this activity is handed in."
    ) % {
        **said,
        "score": number(row.acknowledged_score),
        "maximum": number(row.acknowledged_maximum or row.wanted_maximum),
    }
