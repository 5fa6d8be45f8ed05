"""A small site around Open edX's LTI consumer. It runs in the platform's environment, never in the tool's.

Launches, tokens, key sets, line items, scores, results and deep linking are the package's own code, with its settings
kept in its database (``CONFIG_ON_DB``). What edx-platform itself would supply stands in ``edx``; the few pages around
it in ``views``.
"""
