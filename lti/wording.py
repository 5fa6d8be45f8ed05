"""Where a score is, in words that hold for whoever reads them."""

from datetime import datetime
from decimal import Decimal

from django.utils import formats, timezone
from django.utils.translation import gettext

from .answers import SENTENCES
from .models import ScoreDelivery


def sentence(row: ScoreDelivery) -> str:
    """Where the score is and, if it is not in the gradebook, why and who has to do what.

    Never the grade that a teacher has entered: a platform may still hide it from the learner who reads this.
    """
    if row.state == ScoreDelivery.State.DELIVERED and row.acknowledged_score is not None and row.acknowledged_at:
        return gettext("In the gradebook: %(score)s of %(maximum)s, since %(time)s.") % {
            "score": number(row.acknowledged_score),
            "maximum": number(row.acknowledged_maximum or row.wanted_maximum),
            "time": _moment(row.acknowledged_at),
        }
    words = [str(SENTENCES[row.code]) if row.code in SENTENCES else gettext("On its way to the gradebook.")]
    known = row.acknowledged_score is not None and row.acknowledged_maximum is not None
    if known and row.state != ScoreDelivery.State.SUPERSEDED and row.acknowledged_revision < row.wanted_revision:
        assert row.acknowledged_score is not None
        assert row.acknowledged_maximum is not None
        words.append(
            gettext("The gradebook has an earlier score: %(score)s of %(maximum)s.")
            % {"score": number(row.acknowledged_score), "maximum": number(row.acknowledged_maximum)}
        )
    return " ".join(words)


def number(value: Decimal) -> str:
    """A score without zeros at its end."""
    text = formats.number_format(value, decimal_pos=2)
    separator = str(formats.get_format("DECIMAL_SEPARATOR"))
    return text.rstrip("0").rstrip(separator) if separator in text else text


def _moment(value: datetime) -> str:
    local = timezone.localtime(value)
    wanted = "TIME_FORMAT" if local.date() == timezone.localdate() else "SHORT_DATETIME_FORMAT"
    # "p.m." ends in a full stop, and so does the sentence.
    return formats.date_format(local, wanted).rstrip(".")
