"""A unit in a browser while it is written: on its author's own machine, and never in an installation."""
