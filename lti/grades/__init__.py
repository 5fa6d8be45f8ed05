"""Grade passback: every score reaches the platform's gradebook, late rather than never, newest last.

A score is written down as owed in the transaction that makes it (``record``), and sent by whoever comes to it
(``deliver``): a worker that a message woke, or one that the sweep sent. The database is the truth, the messages only
ring a bell. How a delivery goes:

1. take the registration's lane, so that its pace is kept by all workers together;
2. claim due rows in one statement that reads what is wanted now and commits the stamp before anything is sent;
3. send them, and judge each answer by the table in ``answers``;
4. write what became of them, only where the claim still holds, together with the lane's pace;
5. let go of the lane, and look once more: whoever was turned away from it meanwhile has left something behind.

Only ``delivery`` posts scores.
"""

from .bell import ring, wake
from .delivery import deliver
from .owing import column_found, record, release, set_aside, withhold
from .sweeping import sweep

__all__ = ["column_found", "deliver", "record", "release", "ring", "set_aside", "sweep", "wake", "withhold"]
