"""What many at once cost: an exam hall that answers (``exam``), and a district's scores that wait (``backlog``)."""
