"""Recorded behaviour as cases: what stands, a request, and the answer that the service was seen to give."""
