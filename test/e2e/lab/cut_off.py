"""How a gateway ends the connection of a client that is too slow: what its log says, and after how long.

The times are the gateway's own, since a test on a busy machine may look late.
"""

import re
from datetime import datetime

from lab.run import wait_until

HANDSHAKE_LIMIT = 10  # seconds
LATE = 6  # seconds, on a busy machine; whose time began anew with each byte would never be cut off
_END = "connection ended: "


def _lines_about(gateway, connection):
    """What the log has of a client's connection, and not of an earlier one that had its port."""
    address, port = connection.getsockname()
    lines = re.findall(rf"(?m)^.* peer={re.escape(address)}:{port}(?: .*)?$", gateway.log)
    attempts = [re.search(r" attempt=(\d+)", line)[1] for line in lines]
    return [line for line, attempt in zip(lines, attempts, strict=True) if attempt == attempts[-1]]


def _time(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def has_ended(gateway, connection) -> bool:
    return any(_END in line for line in _lines_about(gateway, connection))


def reason_of_end(gateway, connection) -> str:
    """What the one line says that the log has of it."""
    wait_until(lambda: has_ended(gateway, connection), 10, "the log tells of the end")
    (line,) = [line for line in _lines_about(gateway, connection) if _END in line]
    return line.partition(_END)[2]


def seconds_in_handshake(gateway, connection) -> float:
    """Of one that got no further: between its two events."""
    (end,) = _lines_about(gateway, connection)
    events = gateway.ctl_json("trace", re.search(r" attempt=(\d+)", end)[1])["events"]
    connected, failed = (_time(event["time"]) for event in events)
    return (failed - connected).total_seconds()


def was_cut_off_in_handshake(gateway, connection):
    """In its time, and because of it."""
    assert reason_of_end(gateway, connection).startswith("TLS handshake: ")
    assert HANDSHAKE_LIMIT <= seconds_in_handshake(gateway, connection) < HANDSHAKE_LIMIT + LATE


def seconds_after_handshake(gateway, connection) -> float:
    """Of one that sent no whole request: between its two lines, which are cut to milliseconds."""
    done, end = _lines_about(gateway, connection)
    assert "TLS handshake done" in done, done
    return (_time(end.split()[0]) - _time(done.split()[0])).total_seconds() + 0.001
