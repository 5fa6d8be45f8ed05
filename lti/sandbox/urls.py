"""Every address of the school."""

from django.urls import path

from lti.sandbox.views import (
    adding,
    course,
    endpoints,
    gradebook,
    launching,
    people,
    registering,
    services,
    trouble,
    watching,
)

_CANVAS = "api/lti/courses/<int:course_id>"
_CANVAS_ITEM = f"{_CANVAS}/line_items/<int:item_id>"
_MOODLE = "mod/lti/services.php"
_MOODLE_ITEM = f"{_MOODLE}/<int:course_id>/lineitems/<int:item_id>/lineitem"
_canvas = {"moodle_address": False}
_moodle = {"moodle_address": True}

urlpatterns = [
    # The course site
    path("", course.home, name="home"),
    path("switch", course.switch, name="switch"),
    path("manner", course.choose_manner, name="manner"),
    path("look", course.look, name="look"),
    path("course", course.choose_course, name="course"),
    path("course/copy", course.copy, name="copy"),
    path("course/state", course.change_state, name="course-state"),
    path("return", course.returned, name="return"),
    path("activities/<int:activity_id>", launching.activity, name="activity"),
    path("activities/<int:activity_id>/start", launching.start, name="start"),
    path("activities/<int:activity_id>/publish", launching.publish, name="publish"),
    path("activities/<int:activity_id>/column", launching.column, name="column"),
    path("post_message_forwarding", launching.storage_frame, name="storage-frame"),
    path("add", adding.add, name="add"),
    path("add/start", adding.start, name="add-start"),
    path("add/<str:token>", adding.confirm, name="confirm"),
    path("gradebook", gradebook.gradebook, name="gradebook"),
    path("gradebook.json", gradebook.cells, name="cells"),
    path("gradebook/<int:item_id>/remove", gradebook.remove, name="remove-column"),
    path("gradebook/<int:item_id>/<int:person_id>", gradebook.entry, name="entry"),
    path("people", people.people, name="people"),
    path("people/<int:person_id>", people.enrolment, name="enrolment"),
    path("trouble", trouble.trouble, name="trouble"),
    path("trouble/choose", trouble.choose, name="choose-trouble"),
    path("trouble/keys", trouble.rotate, name="rotate"),
    path("wire", watching.wire, name="wire"),
    path("wire/clear", watching.clear, name="clear-wire"),
    path("tool/register", registering.register, name="register"),
    path("tool/activate", registering.activate, name="activate"),
    # The platform
    path(".well-known/openid-configuration", endpoints.openid_configuration, name="openid-configuration"),
    path("lti/registration", endpoints.register, name="registration"),
    path("lti/authorize", endpoints.authorize, name="authorize"),
    path("lti/jwks", endpoints.jwks, name="jwks"),
    path("lti/token", endpoints.token, name="token"),
    path("mod/lti/contentitem_return.php", adding.moodle_return, name="moodle-return"),
    path("courses/<int:course_id>/deep_linking_response", adding.canvas_return, name="canvas-return"),
    # Canvas's service addresses
    path(f"{_CANVAS}/line_items", services.container, _canvas),
    path(_CANVAS_ITEM, services.item, _canvas),
    path(f"{_CANVAS_ITEM}/scores", services.score, _canvas),
    path(f"{_CANVAS_ITEM}/results", services.result_list, _canvas),
    path(f"{_CANVAS_ITEM}/results/<int:result_id>", services.result),
    path(f"{_CANVAS}/names_and_roles", services.roster),
    # Moodle's service addresses
    path(f"{_MOODLE}/<int:course_id>/lineitems", services.container, _moodle),
    path(_MOODLE_ITEM, services.item, _moodle),
    path(f"{_MOODLE_ITEM}/scores", services.score, _moodle),
    path(f"{_MOODLE_ITEM}/results", services.result_list, _moodle),
    path(f"{_MOODLE}/CourseSection/<int:course_id>/bindings/<str:type_id>/memberships", services.roster),
]
