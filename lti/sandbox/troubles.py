"""What a visitor can make go wrong: a table, and what of it is switched on."""

from collections.abc import Mapping
from dataclasses import dataclass

from lti.sandbox.models import School


@dataclass(frozen=True, kw_only=True)
class Option:
    """One way a thing can be. ``seconds`` is a delay or a clock's error, where the option is about time."""

    key: str
    title: str
    effect: str
    seconds: float = 0


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A thing that can be out of order. The first option is how it should be."""

    key: str
    title: str
    about: str
    options: tuple[Option, ...]
    # Manners in which there is such a thing at all.
    manners: tuple[str, ...] = ("moodle", "canvas")

    def option(self, key: str) -> Option | None:
        return next((option for option in self.options if option.key == key), None)


TROUBLES: tuple[Trouble, ...] = (
    Trouble(
        key="gradebook",
        title="Gradebook services",
        about="Line items, scores and results. What learners were shown must still arrive, once, and the newest last.",
        options=(
            Option(key="well", title="In order", effect="Every call is answered at once."),
            Option(key="down", title="Down", effect="Every call is answered with 503."),
            Option(key="slow", title="Slow", effect="Every answer takes three seconds.", seconds=3),
            Option(
                key="stuck", title="Stuck", effect="Every answer takes twenty seconds; few wait so long.", seconds=20
            ),
            Option(
                key="throttled",
                title="Throttled",
                effect="Every call is refused, as Canvas does it (403, plain text, what is left of the allowance) or, "
                "in Moodle’s manners, as a host in front of it (429).",
            ),
            Option(
                key="forgetful",
                title="Dropping replies",
                effect="Calls are carried out, but the connection closes before the answer: was it done or not?",
            ),
        ),
    ),
    Trouble(
        key="tokens",
        title="Token endpoint",
        about="Without an access token no service can be called.",
        options=(
            Option(key="well", title="In order", effect="Tokens are given for a signed assertion."),
            Option(
                key="down", title="Down", effect="Every request is answered with 503; tokens given so far end at once."
            ),
        ),
    ),
    Trouble(
        key="clock",
        title="The school’s clock",
        about="It dates the messages and judges the times in what the tool signs.",
        options=(
            Option(key="well", title="Right", effect="As this machine’s."),
            Option(key="ahead", title="A minute ahead", effect="Messages come from the future.", seconds=60),
            Option(key="behind", title="A minute behind", effect="Moodle’s messages are nearly expired.", seconds=-60),
            Option(key="far-ahead", title="Ten minutes ahead", effect="No tool should believe it.", seconds=600),
            Option(
                key="far-behind", title="Ten minutes behind", effect="Moodle’s messages have expired.", seconds=-600
            ),
        ),
    ),
    Trouble(
        key="storage",
        title="Platform storage",
        about="Where a framed tool may keep its state when the browser keeps no cookie for it.",
        manners=("canvas",),
        options=(
            Option(key="well", title="Answering", effect="lti.put_data and lti.get_data work, through a frame."),
            Option(key="silent", title="Silent", effect="Offered but never answered, as in Canvas’s mobile apps."),
            Option(key="off", title="Off", effect="Not offered."),
        ),
    ),
)
_BY_KEY = {trouble.key: trouble for trouble in TROUBLES}


class UnknownTroubleError(ValueError):
    """No such trouble or option; the message names what there is."""


def chosen(key: str) -> Option:
    """The option of this trouble that is switched on now."""
    trouble = _BY_KEY[key]
    school = School.objects.first()
    return (school and trouble.option(school.troubles.get(key, ""))) or trouble.options[0]


def choose(changes: Mapping[str, str]) -> None:
    """Switch options by trouble; what is not named stays. UnknownTroubleError where one is unknown."""
    for key, option in changes.items():
        if key not in _BY_KEY:
            raise UnknownTroubleError(f"There is no trouble {key!r}; there are {', '.join(_BY_KEY)}.")
        if _BY_KEY[key].option(option) is None:
            known = ", ".join(each.key for each in _BY_KEY[key].options)
            raise UnknownTroubleError(f"{_BY_KEY[key].title}: there is no option {option!r}; there are {known}.")
    school, _ = School.objects.get_or_create(pk=1)
    school.troubles = {**school.troubles, **changes}
    school.save(update_fields=["troubles"])


def present(manner: str) -> list[tuple[Trouble, Option]]:
    """What is out of order now, as far as it matters in this manner."""
    found = [(trouble, chosen(trouble.key)) for trouble in TROUBLES if manner in trouble.manners]
    return [(trouble, option) for trouble, option in found if option is not trouble.options[0]]
