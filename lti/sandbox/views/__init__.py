"""The school's pages and the platform's endpoints."""
