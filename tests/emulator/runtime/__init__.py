"""Runs a registered scoring script over the input files, in worker processes, the way a batch deployment does."""
