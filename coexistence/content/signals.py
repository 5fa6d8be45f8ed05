"""The one signal of the content."""

from django.dispatch import Signal

#: Sent inside a load's transaction once something is to change, with ``unit`` and ``changed``: what does, as slugs by
#: model. A receiver returns lines that tell whoever loads whom that touches. It must leave nothing behind but
#: in the database, since a load may be a rehearsal that is undone.
unit_changed = Signal()
