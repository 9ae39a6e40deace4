"""A gateway that says what a test tells it to, and need not keep to any rule."""

import contextlib
import socket
import ssl
import threading
import time

from lab.network import Host
from lab.pki import Pair


class Peer:
    """A client's connection."""

    def __init__(self, connection, ended: threading.Event, number):
        self.socket = connection
        self.ended = ended
        self.number = number  # the first is 0
        self._unread = b""

    def request(self) -> bytes:
        """The next one, its header and its body; nothing: the client closed."""
        text, self._unread = self._unread, b""
        while b"\r\n\r\n" not in text:
            part = self.socket.recv(65536)
            if not part:
                return b""
            text += part
        head, _, body = text.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.startswith(b"Content-Length")]
        length = int(lengths[0]) if lengths else 0
        while len(body) < length:
            body += self.socket.recv(65536)
        self._unread = body[length:]
        return head + b"\r\n\r\n" + body[:length]

    def say(self, data: bytes):
        self.socket.sendall(data)

    def flood(self, data: bytes, pause=0.0):
        """The same again and again, until the client has had enough."""
        while not self.ended.wait(pause):
            self.socket.sendall(data)

    def listen(self) -> bytes:
        """Everything up to the client's close."""
        heard = self._unread
        while not self.ended.is_set():
            try:
                part = self.socket.recv(65536)
            except TimeoutError:
                continue
            if not part:
                break
            heard += part
        return heard


class ScriptedGateway:
    """Has converse(peer) with each client that connects, in a thread of its own, until the block ends."""

    PORT = 8443

    def __init__(self, host: Host, pair: Pair, converse=None, speaks_tls=True, port=PORT):
        self._host = host
        self._port = port
        self._converse = converse
        self._speaks_tls = speaks_tls
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(pair.certificate, pair.key)
        self._threads = []
        self.ended = threading.Event()
        self.connections = []  # when each came

    def __enter__(self):
        with self._host.inside():
            self._listener = socket.create_server(("0.0.0.0", self._port))
        self._listener.settimeout(0.2)
        self._start(self._accept)
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def converse(self, peer: Peer):
        self._converse(peer)

    def _start(self, work, *arguments):
        self._threads.append(threading.Thread(target=work, args=arguments))
        self._threads[-1].start()

    def _accept(self):
        while not self.ended.is_set():
            with contextlib.suppress(TimeoutError):
                raw, _ = self._listener.accept()
                self._start(self._serve, raw, len(self.connections))
                self.connections.append(time.monotonic())

    def _serve(self, raw, number):
        raw.settimeout(10)
        with raw, contextlib.suppress(OSError):
            if not self._speaks_tls:
                return self.converse(Peer(raw, self.ended, number))
            with self._tls.wrap_socket(raw, server_side=True) as connection:
                self.converse(Peer(connection, self.ended, number))


def answer(body="", status="200 OK", more="") -> bytes:
    """A reply of HTTP; `more`: headers, each with its line end."""
    content = body.encode()
    return f"HTTP/1.1 {status}\r\n{more}Content-Length: {len(content)}\r\n\r\n".encode() + content
