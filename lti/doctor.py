"""Says in words what is wrong with a login, a launch or a registration, and whose setting it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .errors import Code


class Whose(StrEnum):
    """Who can put it right."""

    VISITOR = "visitor"
    PLATFORM_ADMIN = "platform_admin"
    OPERATOR = "operator"


WHOSE_NAME: Mapping[Whose, Promise] = {
    Whose.VISITOR: _("You can do this yourself."),
    Whose.PLATFORM_ADMIN: _("The administrator of your course platform can put this right."),
    Whose.OPERATOR: _("The operator of this tool can put this right."),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A refusal in words: for whoever sees the page, and for the administrator behind it."""

    title: Promise
    advice: Promise
    setting: Promise
    whose: Whose


_OPEN_AGAIN = _("Go back to your course and open the activity again from there.")
_TELL_ADMIN = _("Please send this page's code to whoever looks after your course platform.")
_NOT_UNDERSTOOD = _("This tool could not use what the course platform sent")
_NOT_OPENED = _("The activity could not be opened")


def _again(setting: Promise, title: Promise = _NOT_OPENED) -> Explanation:
    return Explanation(title, _OPEN_AGAIN, setting, Whose.VISITOR)


def _platform(setting: Promise, title: Promise = _NOT_UNDERSTOOD) -> Explanation:
    return Explanation(title, _TELL_ADMIN, setting, Whose.PLATFORM_ADMIN)


EXPLANATIONS: Mapping[Code, Explanation] = {
    Code.METHOD: _again(_("This address only takes what a platform posts to it; it cannot be opened by itself.")),
    Code.MALFORMED_REQUEST: _platform(_("The form that arrived could not be read.")),
    Code.DUPLICATE_PARAMETER: _platform(_("A parameter was sent more than once.")),
    Code.TOO_LARGE: _platform(_("The message is larger than this tool takes (128 kB).")),
    Code.LOGIN_INCOMPLETE: _platform(_("The login request lacks a parameter that LTI 1.3 requires.")),
    Code.TARGET_FOREIGN: _platform(
        _("The target link address does not belong to this tool. Check the tool's URL in the platform's settings.")
    ),
    Code.CLIENT_AMBIGUOUS: _platform(
        _("Several registrations share this issuer and the login request names no client id, so none can be chosen.")
    ),
    Code.UNKNOWN_REGISTRATION: Explanation(
        _("This course platform is not connected to this tool yet"),
        _TELL_ADMIN,
        _("No registration has this issuer and client id. Register the platform, or correct the client id there."),
        Whose.PLATFORM_ADMIN,
    ),
    Code.REGISTRATION_INACTIVE: Explanation(
        _("This course platform has been disconnected from this tool"),
        _TELL_ADMIN,
        _("The registration is switched off. The tool's operator can switch it on in the admin."),
        Whose.OPERATOR,
    ),
    Code.PLATFORM_ERROR: _again(
        _("The platform ended the launch with an error. Reloading, going back or waiting long makes it do that."),
        _("The course platform did not finish opening the activity"),
    ),
    Code.STATE_INVALID: _again(_("The launch does not belong to a login that this tool began.")),
    Code.STATE_EXPIRED: _again(
        _("More than ten minutes lay between the login and the launch."), _("Opening the activity took too long")
    ),
    Code.COOKIE_MISSING: Explanation(
        _("Your browser kept a cookie from this activity"),
        _(
            "Open the activity in a new window, or allow cookies for this site, and open it again from your course. "
            "In a private window, try an ordinary one."
        ),
        _(
            "The browser did not send back the cookie set at login. The platform can be told to open the tool "
            "in a new window."
        ),
        Whose.VISITOR,
    ),
    Code.TOKEN_MISSING: _platform(_("The launch carries no id_token.")),
    Code.TOKEN_MALFORMED: _platform(_("The id_token is not a well-formed signed token.")),
    Code.TOKEN_ALGORITHM: _platform(
        _("The id_token must be signed with RS256, or another algorithm that the registration names.")
    ),
    Code.TOKEN_CRITICAL: _platform(_("The id_token asks for an extension that this tool does not know.")),
    Code.KEYS_UNAVAILABLE: _platform(
        _("The platform's key set could not be fetched. Check the registration's key set URL and the network."),
        _("The course platform's identity could not be checked"),
    ),
    Code.KEY_UNKNOWN: _platform(
        _("The id_token was signed with a key that is not in the platform's key set."),
        _("The course platform's identity could not be checked"),
    ),
    Code.SIGNATURE: _platform(
        _("The id_token's signature is wrong."), _("The course platform's identity could not be checked")
    ),
    Code.ISSUER: _platform(_("The id_token comes from another issuer than the login.")),
    Code.AUDIENCE: _platform(_("The id_token is meant for another client. Check the client id on both sides.")),
    Code.EXPIRED: _again(
        _("The id_token had expired. Where this happens often, compare the clocks of both servers."),
        _("This launch has expired"),
    ),
    Code.FROM_THE_FUTURE: _platform(_("The id_token was issued in the future. Compare the clocks of both servers.")),
    Code.TOO_OLD: _again(
        _("The id_token was issued more than an hour ago. Compare the clocks of both servers."),
        _("This launch is too old"),
    ),
    Code.NONCE: _platform(_("The id_token's nonce is not the one that this tool sent.")),
    Code.REPLAYED: _again(
        _("The same launch was sent twice, as when a page is reloaded."), _("This launch has been used already")
    ),
    Code.VERSION: _platform(_("This tool speaks LTI 1.3.0; the message names another version or none.")),
    Code.MESSAGE_TYPE: _platform(_("This tool does not know this type of message.")),
    Code.CLAIM_MISSING: _platform(_("A claim that LTI 1.3 requires is missing.")),
    Code.CLAIM_INVALID: _platform(_("A claim is not what LTI 1.3 says it must be.")),
    Code.ANONYMOUS: Explanation(
        _("Only people who have signed in can place activities in a course"),
        _("Sign in to your course, then try again from there."),
        _("The launch asks for content selection but names no user (no sub claim)."),
        Whose.VISITOR,
    ),
    Code.DEPLOYMENT_PENDING: Explanation(
        _("This installation of the tool waits for approval"),
        _("The operator of this tool can approve it; nothing has to be changed on the course platform."),
        _("The deployment is new. Approve it in this tool's admin, under deployments."),
        Whose.OPERATOR,
    ),
    Code.DEPLOYMENT_REFUSED: Explanation(
        _("This installation of the tool is not allowed"),
        _TELL_ADMIN,
        _("The deployment has been refused in this tool's admin."),
        Whose.OPERATOR,
    ),
    Code.DEPLOYMENT_FOREIGN: _platform(
        _("The deployment belongs to another client of this platform."),
        _("This installation of the tool is not allowed"),
    ),
    Code.NOT_STAFF: Explanation(
        _("Only teaching staff can place activities in a course"),
        _("If you teach this course, ask your administrator to give you the teacher's role in it."),
        _("The launch asks for content selection but carries no staff role of this course."),
        Whose.PLATFORM_ADMIN,
    ),
    Code.NOTHING_ACCEPTED: Explanation(
        _("Nothing from this tool can be placed here"),
        _(
            "This place takes only files, texts or plain links. Add the activity elsewhere in your course: as an "
            "assignment, a module item or an activity of its own."
        ),
        _("The platform does not accept LTI resource links at this place, and this tool offers nothing else."),
        Whose.VISITOR,
    ),
    Code.NO_CONTENT: Explanation(
        _("There is nothing to show yet"),
        _("Please tell the operator of this tool that no unit has been loaded."),
        _("Load a unit with the command load_content."),
        Whose.OPERATOR,
    ),
    Code.REGISTRATION_CLOSED: Explanation(
        _("This tool does not take registrations from here"),
        _("Ask the operator of this tool for an invitation: a link to register with, good for one platform."),
        _("Make one in this tool's admin, under invitations, or with the command lti_invite."),
        Whose.OPERATOR,
    ),
    Code.INVITATION_UNKNOWN: Explanation(
        _("This invitation is not one of ours"),
        _("See that the whole link was copied, or ask the operator of this tool for a new invitation."),
        _("No invitation has this token. It may have been deleted."),
        Whose.OPERATOR,
    ),
    Code.INVITATION_EXPIRED: Explanation(
        _("This invitation has expired"),
        _("Ask the operator of this tool for a new one."),
        _("Make one in this tool's admin, under invitations, or with the command lti_invite."),
        Whose.OPERATOR,
    ),
    Code.INVITATION_SPENT: Explanation(
        _("This invitation has been used"),
        _(
            "If your platform is connected, nothing is left to do. To connect another one, or this one once more, "
            "ask the operator of this tool for a new invitation."
        ),
        _("An invitation is good for one registration. Which one that was stands in this tool's admin."),
        Whose.OPERATOR,
    ),
    Code.REGISTRATION_INCOMPLETE: Explanation(
        _("This page is opened by a course platform"),
        _("Start from the platform: add a tool there and give it this page's address as registration URL."),
        _("The address of the platform's OpenID configuration (openid_configuration) is missing."),
        Whose.PLATFORM_ADMIN,
    ),
    Code.CONFIGURATION_UNREACHABLE: _platform(
        _("The platform's OpenID configuration could not be fetched from this tool's server."),
        _("The course platform could not be reached"),
    ),
    Code.CONFIGURATION_INVALID: _platform(
        _("The platform's OpenID configuration lacks something or does not make sense."),
        _("The course platform's configuration cannot be used"),
    ),
    Code.CONFIGURATION_FOREIGN: _platform(
        _("The configuration names an issuer or addresses that do not belong to the host it was fetched from."),
        _("The course platform's configuration cannot be trusted"),
    ),
    Code.PLATFORM_REFUSED: _platform(
        _("The platform refused the registration. Its link may have been used already: start again there."),
        _("The course platform refused the registration"),
    ),
    Code.PLATFORM_ANSWER: _platform(
        _("The platform's answer to the registration cannot be used: it must name a client id."),
        _("The course platform's answer cannot be used"),
    ),
}


def explain(code: Code) -> Explanation:
    """What ``code`` means, for whoever sees it and for whoever can put it right."""
    return EXPLANATIONS[code]
