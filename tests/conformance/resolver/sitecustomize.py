"""Name resolution as RFC 6761 (6.3) asks for: every name below `localhost` is the loopback address.

Browsers and curl bring it along; where the machine's own resolver does not, a Python that finds this file on its
path has it too.
"""

import socket
from typing import Any

_of_the_machine = socket.getaddrinfo


def _resolve(host: Any, *rest: Any, **options: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    below = isinstance(name, str) and name.rstrip(".").lower().endswith(".localhost")
    return _of_the_machine("127.0.0.1" if below else host, *rest, **options)


socket.getaddrinfo = _resolve
