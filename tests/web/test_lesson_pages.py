"""What stands in and beside the lesson: checks, the essay, the guide, and the routes through it."""

import re

import pytest
from django.http import HttpResponse

from coexistence.content.models import Page as ContentPage
from coexistence.content.models import Section, Unit
from tests.factories import AssignmentFactory, EnrollmentFactory, ItemFactory
from tests.web.pages import sound

FIELDS = {"objective": "O1", "difficulty": "easy", "reason": "<p>That is why.</p>"}
CHOICE = {
    **FIELDS,
    "stem": "<p>Who?</p>",
    "shuffle": False,
    "options": [
        {"id": "ada", "text": "<p>Ada</p>", "right": True, "feedback": "<p>Well read.</p>"},
        {"id": "bob", "text": "<p>Bob</p>", "right": False, "feedback": "<p>Bob came later.</p>"},
    ],
}


@pytest.fixture
def unit(unit: Unit) -> Unit:
    """The unit with two checks in its first section, an essay, a guide and a route."""
    ItemFactory(unit=unit, slug="who", type="single_choice", body={**CHOICE, "use": "check"})
    ItemFactory(
        unit=unit, slug="count", type="numeric", body={**FIELDS, "stem": "<p>2?</p>", "answer": 2, "use": "check"}
    )
    section = Section.objects.get(slug="before")
    section.html += (
        '<div class="check" data-ref="check" data-slug="who" data-kind="prediction"></div><p>Later.</p>'
        '<div class="check" data-ref="check" data-slug="count" data-kind="look-back"></div><p>The end.</p>'
    )
    section.data["checks"] = ["who", "count"]
    section.save()
    references = {"event": ["talks"], "source": ["book"], "person": [], "term": []}
    claims = [
        {
            "id": "date",
            "claim": "They talked in 1956.",
            "verdict": "wrong",
            "explanation": "<p>A year before.</p>",
            "events": ["talks"],
            "sources": ["book"],
            "section": "after",
            "revision": "They talked in 1955.",
        },
        {
            "id": "use",
            "claim": "It was no use.",
            "verdict": "disputed",
            "explanation": "<p>Some say so.</p>",
            "events": [],
            "sources": [],
            "section": None,
            "revision": None,
        },
    ]
    data = {"references": references, "claims": claims}
    ContentPage.objects.create(unit=unit, slug="essay", title="An essay", html="<p>Judge it.</p>", data=data)
    ContentPage.objects.create(
        unit=unit, slug="guide", title="Teaching it", html='<p>See <a href="#event-talks">it</a>.</p>', data=data
    )
    unit.data |= {
        "pages": ["guide", "essay"],
        "misconceptions": [{"code": "M1", "text": "They never met.", "feedback": "<p>They did.</p>"}],
        "routes": [
            {
                "id": "short",
                "title": "In an hour",
                "time": "60 minutes",
                "aim": "Tell it.",
                "sections": ["before"],
                "quiz": None,
                "print": ["The Book"],
                "claims": ["M1"],
                "text": "<p>Begin.</p>",
            }
        ],
    }
    unit.save()
    return unit


def fields(response: HttpResponse, number: int) -> dict[str, str]:
    """The hidden field and the first choice of a check's form, as a browser would send them."""
    return dict(re.findall(rf'name="({number}-[a-z]+)" value="([^"]+)"', response.content.decode())[::-1])


def test_checks_stand_in_the_text_and_can_be_answered_without_script(learner) -> None:
    response = learner.page("lesson/before/")
    page = sound(response)
    assert re.search(r"talks.*Before you read.*Who\?.*Later\..*Looking back.*2\?.*The end\.", page.text, re.DOTALL)
    assert page.has("form", method="get", action=learner.path("lesson/before/#check-1"))
    assert "Well read" not in response.content.decode()
    assert "That is why" not in response.content.decode()


@pytest.mark.parametrize(("chosen", "said"), [(0, ["✓ Right", "Well read."]), (1, ["✗ Not right", "Bob came later."])])
def test_an_answer_gets_its_feedback_in_its_place(
    learner, chosen: int, said: list[str], django_assert_num_queries
) -> None:
    html = learner.page("lesson/before/").content.decode()
    value = re.findall(r'name="1-choice" value="([^"]+)"', html)[chosen]
    with django_assert_num_queries(8):
        response = learner.page(f"lesson/before/?1-was=x&1-choice={value}")
    page = sound(response)
    assert all(words in page.text for words in [*said, "That is why."])
    assert page.has("form", action=learner.path("lesson/before/#check-2"))
    assert not page.has("form", action=learner.path("lesson/before/#check-1"))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("1-was=x", "Give an answer first"),
        ("2-was=x&2-number=many", "number"),
        ("1-was=x&1-choice=never", "Choose one of the answers that are offered"),
    ],
)
def test_an_answer_that_is_none_comes_back_with_what_to_change(learner, query: str, said: str) -> None:
    page = sound(learner.page(f"lesson/before/?{query}"))
    assert page.has("p", role="alert")
    assert said in page.text
    if "many" in query:
        assert page.has("input", name="2-number", value="many")


def test_a_check_that_is_gone_leaves_no_trace(learner, unit: Unit) -> None:
    unit.item_set.update(use="graded")
    response = learner.page("lesson/before/")
    assert "Later." in sound(response).text
    assert b"check-1" not in response.content


def test_each_claim_of_the_essay_opens_its_verdict(learner, django_assert_num_queries) -> None:
    with django_assert_num_queries(5):
        response = learner.page("essay/")
    page = sound(response)
    assert "The evidence disagrees" in page.text
    assert "Historians disagree" in page.text
    assert "18–23 July 1955" in page.text
    assert page.has("textarea", id="revision-date")
    assert not page.has("form")
    assert page.has("a", href=learner.path("lesson/after/"))
    assert page.has("a", href="#source-book")
    assert {"event-talks", "source-book"} <= set(page.values("id"))
    assert page.has("script", src="/static/web/essay.js")
    assert sound(learner.page("lesson/")).has("a", href=learner.path("essay/"))
    assert sound(learner.page("lesson/after/")).has("a", href=learner.path("essay/"))


def test_the_guide_is_for_staff(learner, staff) -> None:
    page = sound(staff.page("guide/"))
    assert all(words in page.text for words in ["In an hour", "60 minutes", "The Book", "They never met.", "They did."])
    assert "event-talks" in page.values("id")
    assert sound(staff.page("lesson/")).has("a", href=staff.path("guide/"))
    sound(learner.page("guide/"), status=403)
    assert learner.path("guide/") not in sound(learner.page("lesson/")).values("href")


def test_a_unit_without_guide_and_essay_has_neither(learner, staff, unit: Unit) -> None:
    unit.data["pages"] = []
    unit.save()
    sound(staff.page("guide/"), status=404)
    sound(learner.page("essay/"), status=404)
    assert staff.path("guide/") not in sound(staff.page("lesson/")).values("href")


def test_a_route_opens_its_own_sections(open_visit, unit: Unit) -> None:
    enrollment = EnrollmentFactory()
    assignment = AssignmentFactory(unit=unit, kind="unit", course=enrollment.course, route="short")
    client = open_visit(enrollment=enrollment, assignment=assignment)
    overview = sound(client.page("lesson/"))
    assert "In an hour" in overview.text
    assert client.path("lesson/before/") in overview.values("href")
    for path in ("lesson/", "lesson/before/", "timeline/", "essay/"):
        assert client.path("lesson/after/") not in sound(client.page(path)).values("href")
    sound(client.page("lesson/after/"), status=404)
    unit.data["routes"] = []
    unit.save()
    sound(client.page("lesson/after/"))
