"""Who is at the school: one course, its teacher, students and others, and a larger class on request."""

from django.db import transaction

from lti.sandbox.models import Course, Membership, Person, Role, School

SCHOOL_NAME = "Maple Grove School"
COURSE = ("History 11: The world since 1945", "HIST-11")
FEATURED = (
    ("Adaeze", "Okafor", Role.INSTRUCTOR),
    ("Maya", "Lindqvist", Role.LEARNER),
    ("Tomás", "Rivera", Role.LEARNER),
    ("Noor", "Haddad", Role.LEARNER),
    ("Bela", "Szabo", Role.ASSISTANT),
    ("Dilnoza", "Karimova", Role.DESIGNER),
    ("Olga", "Lindqvist", Role.OBSERVER),
    ("Ade", "Johnson", Role.ADMINISTRATOR),
    ("A", "visitor", Role.GUEST),
    ("Test", "Student", Role.TEST_STUDENT),
)
GIVEN_NAMES = (
    "Aiko", "Amara", "Anders", "Anika", "Ben", "Camille", "Chidi", "Clara", "Daniel", "Elif", "Emeka", "Farah",
    "Felix", "Grace", "Hana", "Ibrahim", "Ines", "Jakub", "Jamal", "Jia", "Jonas", "Kaveh", "Kiran", "Lea", "Linh",
    "Luca", "Malik", "Mei", "Mateo", "Nadia", "Oskar", "Priya", "Rosa", "Samir", "Sofia", "Talia", "Viktor", "Wanjiru",
    "Yara", "Zoe",
)  # fmt: skip
FAMILY_NAMES = (
    "Abara", "Andersen", "Bauer", "Castillo", "Chen", "Dias", "Eriksson", "Farouk", "Fischer", "Garcia", "Hughes",
    "Ito", "Jensen", "Kamau", "Kaplan", "Kowalska", "Kumar", "Lopez", "Mbeki", "Mensah", "Moreau", "Murphy", "Nakamura",
    "Nguyen", "Novak", "Oyelaran", "Park", "Petrov", "Rahman", "Reyes", "Rossi", "Sato", "Schmidt", "Silva", "Singh",
    "Tanaka", "Torres", "Walsh", "Yilmaz", "Zhang", "Zimmer",
)  # fmt: skip


def ensure() -> Course:
    """The school with its course and the few people a visitor can be; made once."""
    return Course.objects.first() or complete()


def complete() -> Course:
    """As ``ensure``, and whoever is missing is added: a school that was made by an earlier release lacks some."""
    with transaction.atomic():
        School.objects.get_or_create(pk=1, defaults={"name": SCHOOL_NAME})
        course, _ = Course.objects.get_or_create(pk=1, defaults={"title": COURSE[0], "label": COURSE[1]})
        for given, family, role in FEATURED:
            # Whom Student View makes of a teacher is nobody to switch to.
            _enroll(course, given, family, role=role, featured=role != Role.TEST_STUDENT)
    return course


def _enroll(course: Course, given: str, family: str, *, role: Role = Role.LEARNER, featured: bool = False) -> bool:
    username = f"{given}.{family}".lower()
    person, _ = Person.objects.get_or_create(
        username=username,
        defaults={
            "given_name": given,
            "family_name": family,
            "email": f"{username.encode('ascii', 'ignore').decode()}@maple-grove.example",
        },
    )
    _, new = Membership.objects.get_or_create(
        course=course, person=person, defaults={"role": role, "featured": featured}
    )
    return new


def fill(size: int) -> int:
    """Bring the class to ``size`` further learners, always the same ones; returns how many are new."""
    course = ensure()
    most = len(GIVEN_NAMES) * len(FAMILY_NAMES)
    if not 0 <= size <= most:
        raise ValueError(f"size is {size}; it must be from 0 to {most}.")
    added = 0
    for start in range(0, size, 100):
        with transaction.atomic():
            # 40 and 41 have no common divisor, so every number gives another pair of names.
            added += sum(
                _enroll(course, GIVEN_NAMES[n % len(GIVEN_NAMES)], FAMILY_NAMES[n * 7 % len(FAMILY_NAMES)])
                for n in range(start, min(start + 100, size))
            )
    return added
