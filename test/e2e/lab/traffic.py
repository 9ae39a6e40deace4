"""Data through a tunnel, and whether it arrived."""

import contextlib
import hashlib
import os
import socket
import threading

from lab.network import Host
from lab.run import wait_until

PORT = 7007
CHUNK = 1 << 16


def _family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


@contextlib.contextmanager
def echo_server(host: Host, address, port=PORT):
    """Sends back what it is sent, on a host's address, until the block ends."""
    with host.inside():
        listener = socket.create_server((address, port), family=_family(address))
    listener.settimeout(0.2)
    ended = threading.Event()
    serving = threading.Thread(target=_serve, args=(listener, ended))
    serving.start()
    try:
        yield
    finally:
        ended.set()
        serving.join()
        listener.close()


def _serve(listener, ended):
    handlers = []
    while not ended.is_set():
        try:
            peer, _ = listener.accept()
        except TimeoutError:
            continue
        handlers.append(threading.Thread(target=_echo, args=(peer,)))
        handlers[-1].start()
    for handler in handlers:
        handler.join()


def _echo(peer):
    peer.settimeout(20)
    with peer, contextlib.suppress(OSError):
        while data := peer.recv(CHUNK):
            peer.sendall(data)


def transfer(host: Host, address, size=1 << 20, port=PORT, source=None):
    """Sends random bytes to an echo server and reads them back; fails unless they are the same."""
    data = os.urandom(size)
    with host.inside():
        peer = socket.create_connection((address, port), 10, (source, 0) if source else None)
    with peer:
        peer.settimeout(20)
        sending = threading.Thread(target=_send, args=(peer, data))
        sending.start()
        received = bytearray()
        while chunk := peer.recv(CHUNK):
            received += chunk
        sending.join()
    assert hashlib.sha256(received).digest() == hashlib.sha256(data).digest(), (
        f"{len(received)} of {size} bytes came back from {address}, or others"
    )


def _send(peer, data):
    peer.sendall(data)
    peer.shutdown(socket.SHUT_WR)


class Talk:
    """A TCP connection to an echo server that is never silent, until the block ends."""

    def __init__(self, host: Host, address, port=PORT):
        with host.inside():
            self._peer = socket.create_connection((address, port), 10)
        self._peer.settimeout(40)  # longer than it takes to find out that DTLS is gone
        self._rounds = 0
        self._failed = None
        self._ended = threading.Event()
        self._talking = threading.Thread(target=self._talk)

    def __enter__(self):
        self._talking.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._talking.join()
        self._peer.close()
        assert self._failed is None, self._failed

    def _talk(self):
        try:
            while not self._ended.is_set():
                self._say(os.urandom(CHUNK))
                self._rounds += 1
        except (OSError, AssertionError) as failure:
            self._failed = failure

    def _say(self, data):
        self._peer.sendall(data)
        received = b""
        while len(received) < len(data):
            part = self._peer.recv(CHUNK)
            assert part, "the connection was closed"
            received += part
        assert received == data, "other bytes came back"

    def goes_on(self, seconds=20):
        """Waits until more data has come back: what was said before, and all that was lost, has arrived."""
        before = self._rounds
        wait_until(
            lambda: self._failed or self._rounds > before + 1, seconds, "more data comes back"
        )
        assert self._failed is None, self._failed


def carries_data(host: Host, gateway, *addresses):
    """Fails unless the gateway's addresses in the tunnel (or those given) answer pings and echo 1 MiB."""
    for address in addresses or gateway.inner:
        assert ping(host, address) == 3, f"pings from {host.name} to {address}"
        with echo_server(gateway.host, address):
            transfer(host, address)


def ping(host: Host, address, count=3, size=56, patience=5):
    """How many echoes came back, each within that many seconds."""
    # One at a time: ping leaves its last one 50 ms only when others have come back.
    one = ("ping", "-c", 1, "-W", patience, "-s", size, address)
    return sum(host.run(*one, check=False).returncode == 0 for _ in range(count))
