"""What is taught: the rows that ``load_content`` makes of a unit's files."""

from .items import Item, Quiz, Revision
from .unit import Event, Page, Person, Section, Source, Term, Unit

__all__ = ["Event", "Item", "Page", "Person", "Quiz", "Revision", "Section", "Source", "Term", "Unit"]
