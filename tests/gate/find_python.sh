#!/bin/sh
# Prints the Python to build with: PYTHON when set, else the newest one that really runs.
# A name on PATH proves nothing (version managers put shims there), so each candidate is executed.
set -u

needed="Python 3.11 or newer with the modules venv and ensurepip"
probe='
import sys
version = ".".join(map(str, sys.version_info[:3]))
if sys.version_info < (3, 11):
    sys.exit(f"{version} is too old")
try:
    import ensurepip, venv
except ImportError as error:
    sys.exit(f"{version} lacks the module {error.name} (on Debian: the package python3-venv)")
print(sys.executable)
'

seen=""
set -- python3.13 python3.12 python3.11 python3
[ -n "${PYTHON:-}" ] && set -- "$PYTHON"
for candidate in "$@"; do
    if answer=$("$candidate" -c "$probe" 2>&1); then
        echo "$answer"
        exit 0
    fi
    seen="$seen
  $candidate: $(printf '%s\n' "$answer" | tail -n 1)"
done

cat >&2 <<END
This needs $needed, and none was found. Looked at:$seen
Install one, or name it: make PYTHON=/path/to/python3 ...
END
exit 1
