"""A small course site for trying the tool on one machine. It speaks to the tool only through LTI over HTTP."""
