"""Somebody between client and gateway who has a certificate that the client trusts."""

import contextlib
import select
import socket
import ssl
import threading

from lab import tls
from lab.gateway import PORT
from lab.network import Host
from lab.pki import Pair


class Held:
    """An answer of the gateway that the client gets only when it is released."""

    def __init__(self, words):
        self._words = words
        self._wanted, self._here, self._released = (threading.Event() for _ in range(3))

    def hold_next(self):
        self._wanted.set()

    def wait(self):
        assert self._here.wait(5), f"the gateway did not answer {self._words}"

    def release(self):
        self._released.set()

    def pass_on(self, data):
        if self._wanted.is_set() and self._words in data:
            self._here.set()
            self._released.wait(5)


@contextlib.contextmanager
def interceptor(
    host: Host,
    pair: Pair,
    port,
    replacing=None,
    address="192.0.2.1",
    held: Held | None = None,
    behind=PORT,
):
    """Ends TLS at `port` of the gateway's host and passes all on to the gateway until the block ends.

    `replacing`: what stands in the gateway's answers, and what the client gets instead, of the same length.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    with host.inside():
        listener = socket.create_server((address, port))
    listener.settimeout(0.1)
    ended = threading.Event()
    relays = []

    def serve():
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                peer, _ = listener.accept()
                relays.append(threading.Thread(target=relay, args=(peer,)))
                relays[-1].start()

    def relay(raw):
        raw.settimeout(5)
        with contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) as client:
            with tls.connect(host, address, behind) as gateway:
                while not ended.is_set() and _pass_on(client, gateway, replacing or {}, held):
                    pass

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        yield
    finally:
        ended.set()
        serving.join()
        for thread in relays:
            thread.join()
        listener.close()


def _pass_on(client, gateway, replacing, held):
    """Whatever has come, to the other end; False: one of them closed."""
    waiting = [end for end in (client, gateway) if end.pending()]
    for end in waiting or select.select([client, gateway], [], [], 0.1)[0]:
        end.settimeout(0.05)  # a session ticket is nothing to pass on
        try:
            data = end.recv(65536)
        except TimeoutError:
            continue
        if not data:
            return False
        if end is gateway:
            for there, instead in replacing.items():
                data = data.replace(there, instead)
            if held is not None:
                held.pass_on(data)
        other = client if end is gateway else gateway
        other.settimeout(10)
        other.sendall(data)
    return True
