"""The platform side of LTI 1.3 Advantage: messages out, verified messages in, and the services."""
