"""The pages: those of a visit under ``/l/<launch>/``, and the one that needs none."""

from django.urls import include, path

from . import front
from .instructor import accommodations, attempts, grades, guide, passback, settings
from .learner import essay, home, lesson, quiz, taking, timeline, tryout

app_name = "web"

visit = [
    path("", home.home, name="home"),
    path("lesson/", lesson.overview, name="lesson"),
    path("lesson/<slug:slug>/", lesson.section, name="section"),
    path("essay/", essay.essay, name="essay"),
    path("timeline/", timeline.timeline, name="timeline"),
    path("quiz/", quiz.start, name="quiz"),
    path("quiz/try/", tryout.tryout, name="quiz_try"),
    path("quiz/begin/", quiz.begin, name="quiz_begin"),
    path("quiz/take/", taking.take, name="quiz_take"),
    path("quiz/save/", taking.save, name="quiz_save"),
    path("quiz/turn/", taking.turn, name="quiz_turn"),
    path("quiz/check/", taking.check, name="quiz_check"),
    path("quiz/note/", taking.note, name="quiz_note"),
    path("quiz/hand-in/", taking.hand_in, name="quiz_hand_in"),
    path("quiz/result/<int:number>/", quiz.result, name="quiz_result"),
    path("quiz/result/<int:number>/receipt/", quiz.receipt, name="quiz_receipt"),
    path("grades/", grades.grades, name="grades"),
    path("grades/attempts/<int:pk>/", attempts.attempt, name="grades_attempt"),
    path("grades/receipt/", attempts.receipt, name="grades_receipt"),
    path("grades/resend/", passback.resend, name="grades_resend"),
    path("grades/check/", passback.check, name="grades_check"),
    path("grades/settle/", passback.settle, name="grades_settle"),
    path("grades/column/", passback.column, name="grades_column"),
    path("grades/when/", passback.policy, name="grades_policy"),
    path("grades/file/", passback.grade_file, name="grades_file"),
    path("guide/", guide.guide, name="guide"),
    path("settings/", settings.settings, name="settings"),
    path("accommodations/", accommodations.overview, name="accommodations"),
    path("accommodations/give/", accommodations.give, name="accommodation_give"),
    path("accommodations/<int:pk>/", accommodations.change, name="accommodation"),
    path("accommodations/groups/new/", accommodations.new_group, name="group_new"),
    path("accommodations/groups/<int:pk>/", accommodations.group, name="group"),
]
urlpatterns = [
    path("", front.welcome, name="welcome"),
    path("l/<str:launch>/", include(visit)),
]
