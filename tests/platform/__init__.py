"""The tool against platform code that nobody here wrote.

Each platform is a process of its own, in an environment of its own, on loopback. Tests speak to it over HTTP only, and
nothing of it is imported by the tool or by a test: its licence and its packages are not ours.

``openedx``: Open edX's LTI consumer, the PyPI package ``lti-consumer-xblock`` (AGPL). ``make peer`` makes its
environment once, from ``requirements.lock``; ``make test`` does so by itself.
"""
