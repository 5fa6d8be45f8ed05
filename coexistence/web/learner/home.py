"""Where a visit begins."""

from django.http import HttpResponseBase
from django.shortcuts import redirect, render

from coexistence.courses.visits import VisitRequest, visit_page
from coexistence.web.parts import home_of


@visit_page()
def home(request: VisitRequest) -> HttpResponseBase:
    """On to the first page for this visitor; 404 where nothing was placed, which a whole launch never leads to."""
    part = home_of(request.visit)
    if part is None:
        return render(request, "404.html", status=404)
    return redirect(f"web:{part}", launch=request.launch)
