"""A gateway that speaks version 1 of the login only: stands in front of one that speaks both."""

import contextlib
import select
import socket
import ssl
import threading

from lab.network import Host
from lab.pki import Pair


class OldGateway:
    """Answers requests with X-Aggregate-Auth by itself; passes all else on, to and fro.

    `first` is that answer. `posts`: it knows an empty POST; if not, GET alone, and that at another path.
    With nothing behind it, all requests get the same answer.
    """

    PORT = 8443

    def __init__(self, host: Host, pair: Pair, first: str, posts=True, behind=True):
        self._first, self._posts, self._behind = first, posts, behind
        self._host = host
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(pair.certificate, pair.key)
        self.heard = []  # the beginnings of what clients said, a request each while nothing is passed on
        self._ended = threading.Event()
        self._threads = []

    def __enter__(self):
        with self._host.inside():
            self._listener = socket.create_server(("0.0.0.0", self.PORT))
        self._listener.settimeout(0.2)
        self._start(self._accept)
        return self

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _start(self, work, *arguments):
        self._threads.append(threading.Thread(target=work, args=arguments))
        self._threads[-1].start()

    def _accept(self):
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                self._start(self._serve, self._listener.accept()[0])

    def _serve(self, raw):
        raw.settimeout(10)
        with contextlib.suppress(OSError), self._tls.wrap_socket(raw, server_side=True) as client:
            while request := self._request(client):
                self.heard.append(request)
                answer = self._own_answer(request)
                if not answer:
                    return self._pass_on(client, request)
                client.sendall(answer)

    @staticmethod
    def _request(client):
        """Its header and its body."""
        text = b""
        while b"\r\n\r\n" not in text:
            part = client.recv(65536)
            if not part:
                return b""
            text += part
        head, _, body = text.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.startswith(b"Content-Length")]
        while lengths and len(body) < int(lengths[0]):
            body += client.recv(65536)
        return head + b"\r\n\r\n" + body

    def _own_answer(self, request):
        if b"X-Aggregate-Auth" in request or not self._behind:
            return _reply(self._first)
        if not self._posts and b"Content-Length: 0\r\n" in request and request.startswith(b"POST"):
            return _reply("405 Method Not Allowed")
        if not self._posts and request.startswith(b"GET / "):
            return _reply("302 Found", "Location: /+webvpn+/index.html\r\n")
        return None

    def _pass_on(self, client, request):
        with self._host.inside():
            raw = socket.create_connection((self._host.ipv4, 443), 5)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(raw) as gateway:
            gateway.sendall(request)
            while not self._ended.is_set():
                for source, target in ((client, gateway), (gateway, client)):
                    if not self._ready(source):
                        continue
                    part = source.recv(16384)
                    if not part:
                        return
                    if source is client and part[:5] in (b"POST ", b"CONNE"):
                        self.heard.append(part)
                    target.sendall(part)
                select.select([client, gateway], [], [], 0 if client.pending() or gateway.pending() else 0.1)

    @staticmethod
    def _ready(connection):
        return connection.pending() or select.select([connection], [], [], 0)[0]


def _reply(status, more="", body="<html><body>It works!</body></html>"):
    return f"HTTP/1.1 {status}\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}".encode()
