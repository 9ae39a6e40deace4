"""Clients that never come to an end: each is cut off in its time, and nobody else notices them."""

import contextlib
import ssl
import threading
from itertools import repeat

import pytest

from lab.anyconnect import AnyConnect, Tunnel
from lab.cut_off import (
    HANDSHAKE_LIMIT,
    LATE,
    has_ended,
    reason_of_end,
    seconds_after_handshake,
    was_cut_off_in_handshake,
)
from lab.gateway import PORT
from lab.tls import connect, read_to_end

OF_EACH_KIND = 5
REQUEST_LIMIT = 60  # seconds
HEAD = b"POST / HTTP/1.1\r\nHost: vpn.example.com\r\n"
HEAD_THAT_DRIPS = HEAD + b"X-More: " + b"x" * 1000
BODY_THAT_DRIPS = b"<config-auth " + b"x" * 1000  # the shorter one


def half_a_hello():
    out = ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="vpn.example.com").do_handshake()
    hello = out.read()
    return hello[: len(hello) // 2]


class SlowClients:
    """Some that stop amid their hello, some whose request's head drips, some whose body does."""

    def __init__(self, host, opened: contextlib.ExitStack):
        self.halves, self.heads, self.bodies = [], [], []
        for _ in range(OF_EACH_KIND):
            self.halves.append(opened.enter_context(host.connect("192.0.2.1", PORT)))
            self.halves[-1].sendall(half_a_hello())
            self.heads.append(opened.enter_context(connect(host)))
            self.bodies.append(opened.enter_context(connect(host)))
            self.bodies[-1].sendall(HEAD + b"Content-Length: 60000\r\n\r\n")
        self._ended = threading.Event()
        self._dripping = threading.Thread(target=self._drip)
        self._dripping.start()
        opened.callback(self._stop)

    def _drip(self):
        """A byte of each request in a second, while somebody takes it."""
        dripping = [*zip(self.heads, repeat(HEAD_THAT_DRIPS)), *zip(self.bodies, repeat(BODY_THAT_DRIPS))]
        for place in range(len(BODY_THAT_DRIPS)):
            dripping = [(each, text) for each, text in dripping if _takes(each, text[place : place + 1])]
            if not dripping or self._ended.wait(1):
                return

    def are_cut_off(self, limit):
        """Waits until nobody takes a byte any more."""
        self._dripping.join(limit)
        return not self._dripping.is_alive()

    def _stop(self):
        self._ended.set()
        self._dripping.join()


def _takes(connection, byte):
    try:
        connection.sendall(byte)
        return True
    except OSError:
        return False


def logs_in_and_works(gateway, host):
    with AnyConnect(host) as client:
        token = client.log_in()
    with Tunnel(host, token) as tunnel:
        assert tunnel.status == 200 and tunnel.pings()
    gateway.ctl("disconnect", "--user", "alice")


@pytest.fixture
def slow(gateway, network, bystanders):
    with contextlib.ExitStack() as opened:
        with bystanders.undisturbed():
            yield SlowClients(network["other"], opened)


def test_who_drips_is_cut_off_in_time_and_keeps_nobody_out(gateway, slow, network):
    logs_in_and_works(gateway, network["client"])
    for connection in slow.halves:
        connection.settimeout(HANDSHAKE_LIMIT + LATE)
        assert read_to_end(connection) == b""
        was_cut_off_in_handshake(gateway, connection)
    dripping = slow.heads + slow.bodies
    assert not any(has_ended(gateway, each) for each in dripping), "a request has more time"
    assert slow.are_cut_off(REQUEST_LIMIT + LATE)
    for connection in dripping:
        assert reason_of_end(gateway, connection).startswith("a request came too slowly")
        assert REQUEST_LIMIT <= seconds_after_handshake(gateway, connection) < REQUEST_LIMIT + LATE
        assert read_to_end(connection) == b""
    logs_in_and_works(gateway, network["client"])
