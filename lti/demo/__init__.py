"""The demo: the tool, its worker and the sandbox LMS as three real processes on one machine.

It starts the sandbox as anybody could, by command and address; it imports nothing of it.
"""
