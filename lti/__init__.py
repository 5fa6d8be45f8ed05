"""The only part that knows LTI. It imports ``coexistence``, never the other way."""
