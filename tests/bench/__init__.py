"""The project's own measurements: ``make bench``, or ``python -m tests.bench``.

Launches, grade passback and the content API, each against the floor of this machine in the same run, in turns: a Django
view that only checks a signature, a sender that only posts over kept connections, a view that only returns ready bytes.
Speeds say little across machines and hours; the ratios to the floor, the processor time and the counted statements and
requests do.

The tool is measured from outside, as the demo starts it: gunicorn, a Celery worker, and a database and broker of their
own. What plays the platform and the browsers is a few modules here; everything stays on loopback.
"""
