"""The sandbox's tests need the sandbox's settings: ``pytest tests/sandbox --ds=lti.sandbox.settings``.

A run under the tool's settings leaves them out.
"""

import os

if os.environ.get("DJANGO_SETTINGS_MODULE") == "lti.sandbox.settings":
    from .school import _empty_cache, as_canvas, course, instructor, learner, tool, web  # noqa: F401
else:
    collect_ignore_glob = ["*"]
