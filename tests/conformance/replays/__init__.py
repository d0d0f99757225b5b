"""Recorded behaviour as cases: what exists, a request, and the answer that the service was seen to give."""
