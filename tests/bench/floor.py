"""The floor of launches and of the API: bare Django views under the same server, without a database.

``BENCH_KEYS`` names the platform's key set, ``BENCH_DOCUMENT`` a file with the bytes to serve.
"""

import json
import os
import secrets
from pathlib import Path
from urllib.parse import urlencode

import jwt
from django.conf import settings

settings.configure(ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="of no use here", ROOT_URLCONF=__name__)

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect  # noqa: E402
from django.urls import path  # noqa: E402

(JWK,) = json.loads(Path(os.environ["BENCH_KEYS"]).read_text())["keys"]
KEY = jwt.PyJWK(JWK).key
DOCUMENT = Path(os.environ["BENCH_DOCUMENT"]).read_bytes()
ETAG = '"ready"'


def login(request: HttpRequest) -> HttpResponse:
    asked = {"state": secrets.token_urlsafe(24), "nonce": secrets.token_urlsafe(24)}
    response = HttpResponseRedirect(f"http://127.0.0.1/auth?{urlencode(asked)}")
    response.set_cookie("login", asked["state"])
    return response


def launch(request: HttpRequest) -> HttpResponse:
    claims = jwt.decode(request.POST["id_token"], KEY, ["RS256"], audience=request.GET["client"])
    response = HttpResponseRedirect("/l/")
    response.set_cookie("visit", claims["sub"])
    return response


def document(request: HttpRequest) -> HttpResponse:
    if request.headers.get("If-None-Match") == ETAG:
        return HttpResponseNotModified(headers={"ETag": ETAG})
    return HttpResponse(DOCUMENT, content_type="application/json", headers={"ETag": ETAG})


urlpatterns = [path("login/", login), path("launch/", launch), path("document/", document)]
application = get_wsgi_application()
