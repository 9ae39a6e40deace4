"""A gateway that speaks version 1 of the login only: stands in front of one that speaks both."""

import select
import socket
import ssl

from lab.network import Host
from lab.pki import Pair
from lab.scripted_gateway import Peer, ScriptedGateway, answer

PAGE = "<html><body>It works!</body></html>"


class OldGateway(ScriptedGateway):
    """Answers requests with X-Aggregate-Auth by itself; passes all else on, to and fro.

    `first` is that answer. `posts`: it knows an empty POST; if not, GET alone, and that at another path.
    With nothing behind it, all requests get the same answer.
    """

    def __init__(self, host: Host, pair: Pair, first: str, posts=True, behind=True):
        super().__init__(host, pair)
        self._first, self._posts, self._behind = first, posts, behind
        self.heard = []  # the beginnings of what clients said, a request each while nothing is passed on

    def converse(self, peer: Peer):
        while request := peer.request():
            self.heard.append(request)
            own = self._own_answer(request)
            if not own:
                return self._pass_on(peer.socket, request)
            peer.say(own)

    def _own_answer(self, request):
        if b"X-Aggregate-Auth" in request or not self._behind:
            return answer(PAGE, self._first)
        if not self._posts and b"Content-Length: 0\r\n" in request and request.startswith(b"POST"):
            return answer(PAGE, "405 Method Not Allowed")
        if not self._posts and request.startswith(b"GET / "):
            return answer(PAGE, "302 Found", "Location: /+webvpn+/index.html\r\n")
        return None

    def _pass_on(self, client, request):
        with self._host.inside():
            raw = socket.create_connection((self._host.ipv4, 443), 5)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(raw) as gateway:
            gateway.sendall(request)
            while not self.ended.is_set():
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
