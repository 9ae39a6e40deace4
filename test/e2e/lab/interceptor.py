"""Somebody between client and gateway who has a certificate that the client trusts."""

import contextlib
import select
import socket
import ssl
import threading

from lab import tls
from lab.network import Host
from lab.pki import Pair


@contextlib.contextmanager
def interceptor(host: Host, pair: Pair, port, replacing=None, address="192.0.2.1"):
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
            with tls.connect(host, address) as gateway:
                while not ended.is_set() and _pass_on(client, gateway, replacing or {}):
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


def _pass_on(client, gateway, replacing):
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
        other = client if end is gateway else gateway
        other.settimeout(10)
        other.sendall(data)
    return True
