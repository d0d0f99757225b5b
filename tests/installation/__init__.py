"""Installing what the local workspace, the demo and the tests run with. Needs the standard library alone."""
