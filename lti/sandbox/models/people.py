"""The school, its courses and the people in them."""

from django.db import models


class School(models.Model):
    """The one row of the whole site: its name, whose manners it keeps, and what is wrong with it today."""

    name = models.CharField(max_length=100)
    manner = models.CharField(max_length=10, default="moodle")
    # Trouble by option, as lti.sandbox.troubles names them; one that is left out is no trouble.
    troubles: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)


class Person(models.Model):
    """Somebody at the school. The id is the LTI ``sub`` in both manners, so that a grade survives the switch."""

    username = models.CharField(max_length=60, unique=True)
    given_name = models.CharField(max_length=60)
    family_name = models.CharField(max_length=60)
    email = models.EmailField()

    class Meta:
        ordering = ["family_name", "given_name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        return f"{self.given_name[:1]}{self.family_name[:1]}"

    @property
    def subject(self) -> str:
        """The ``sub`` of every message about this person."""
        return str(self.pk)


class Course(models.Model):
    """A course; its id is the LTI context id."""

    class State(models.TextChoices):
        ACTIVE = "active", "Under way"
        CONCLUDED = "concluded", "Concluded"
        # Canvas once hid the line items of such a course instead of saying why it takes no score.
        CONCLUDED_BEFORE = "concluded-before", "Concluded, at an older Canvas"

    title = models.CharField(max_length=200)
    label = models.CharField(max_length=60)
    state = models.CharField(max_length=20, choices=State.choices, default=State.ACTIVE)
    copied_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="copies")

    class Meta:
        ordering = ["pk"]

    @property
    def context_id(self) -> str:
        return str(self.pk)

    @property
    def is_concluded(self) -> bool:
        return self.state != self.State.ACTIVE

    @property
    def ancestors(self) -> list["Course"]:
        """The courses that this one was copied from, the nearest first."""
        found: list[Course] = []
        above = self.copied_from
        while above is not None and above not in found:
            found.append(above)
            above = above.copied_from
        return found


class Role(models.TextChoices):
    INSTRUCTOR = "instructor", "Teacher"
    LEARNER = "learner", "Student"
    ASSISTANT = "assistant", "Teaching assistant"
    DESIGNER = "designer", "Course designer"
    OBSERVER = "observer", "Observer"
    # Looks after the whole school and is enrolled nowhere.
    ADMINISTRATOR = "administrator", "Administrator"
    # Whom Canvas's Student View makes of a teacher.
    TEST_STUDENT = "test-student", "Student View"
    # Reads a public course without signing in.
    GUEST = "guest", "Not signed in"


class Membership(models.Model):
    """A person's place in a course."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    # One of the few that a visitor is offered first; the rest of a class stands in a list.
    featured = models.BooleanField(default=False)
    # False: unenrolled. The place is kept, so that a visitor can enrol the person again.
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "person"], name="sandbox_membership_once")]
