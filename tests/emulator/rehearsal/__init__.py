"""Rehearses a scoring script on this machine, without a workspace: `python -m tests.emulator score`."""
