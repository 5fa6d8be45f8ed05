"""Installations of the tool: which of them may launch, and what becomes of one that nobody has seen before."""

from .errors import Code, Refusal
from .models import Deployment, Registration


def check(state: str, deployment_id: str) -> None:
    """Refuse a deployment that waits for approval, or that was refused it."""
    if state == Deployment.State.ACTIVE:
        return
    code = Code.DEPLOYMENT_PENDING if state == Deployment.State.PENDING else Code.DEPLOYMENT_REFUSED
    raise Refusal(code, detail=deployment_id)


def seen(registration: Registration, deployment_id: str) -> Deployment | None:
    """The deployment, recorded as the registration's policy says where it is new; None where it is the very first."""
    named = list(Deployment.objects.filter(deployment_id=deployment_id, registration__issuer=registration.issuer))
    for deployment in named:
        if deployment.registration_id == registration.pk:
            return deployment
    if not registration.deployments.exists():
        return None
    if named:
        raise Refusal(Code.DEPLOYMENT_FOREIGN, detail=deployment_id)
    accept = registration.deployment_policy == Registration.DeploymentPolicy.ACCEPT
    state = Deployment.State.ACTIVE if accept else Deployment.State.PENDING
    return Deployment.objects.get_or_create(
        registration=registration, deployment_id=deployment_id, defaults={"state": state}
    )[0]


def first(registration: Registration, deployment_id: str) -> Deployment:
    """Record the registration's first deployment as active, unless another launch has brought another one meanwhile."""
    # Not a full lock: that would wait for every launch whose rows point to the registration, and they for us.
    Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    found = seen(registration, deployment_id)
    if found is None:
        return Deployment.objects.create(
            registration=registration, deployment_id=deployment_id, state=Deployment.State.ACTIVE
        )
    check(found.state, deployment_id)
    return found
