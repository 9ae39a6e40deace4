"""An AnyConnect client of few words, for what real clients never say: each request by hand."""

import http.client
import re
import struct
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

from lab import tls
from lab.network import Host

DATA, DPD_REQUEST, DPD_RESPONSE, DISCONNECT, KEEPALIVE = 0, 3, 4, 5, 7
HEADERS = {
    "Host": "vpn.example.com",
    "User-Agent": "Open AnyConnect VPN Agent v9.01",
    "X-Transcend-Version": "1",
    "X-Aggregate-Auth": "1",
}


def config_auth(kind, *inner, version=True):
    attribute = ' aggregate-auth-version="2"' if version else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<config-auth client="vpn" type="{kind}"{attribute}><version who="vpn">v9.01</version>'
        f'<device-id>linux-64</device-id>{"".join(inner)}</config-auth>'
    )


def init(group=None, access="https://vpn.example.com/", certificate_failed=False):
    chosen = f"<group-select>{escape(group)}</group-select>" if group is not None else ""
    failed = "<client-cert-fail/>" if certificate_failed else ""
    return config_auth("init", f"<group-access>{escape(access)}</group-access>", chosen, failed)


def auth_reply(user, password, group=None, opaque=""):
    return _reply({"username": user, "password": password}, group, opaque)


def code_reply(code, opaque=""):
    """The answer to a challenge."""
    return _reply({"secondary_password": code}, None, opaque)


def _reply(answers, group, opaque):
    chosen = f"<group-select>{escape(group)}</group-select>" if group is not None else ""
    fields = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in answers.items())
    return config_auth("auth-reply", opaque, f"<auth>{fields}</auth>", chosen)


class Answer:
    """A reply of phases 2 and 3."""

    def __init__(self, reply: http.client.HTTPResponse):
        self.status, self.reason = reply.status, reply.reason
        self.headers = reply.headers
        self.body = reply.read().decode()

    @property
    def xml(self):
        return ElementTree.fromstring(self.body)

    @property
    def kind(self):
        return self.xml.get("type")

    @property
    def opaque(self):
        found = re.search(r"<opaque is-for=\"sg\">.*?</opaque>", self.body)
        return found[0] if found else ""

    @property
    def token(self):
        return self.xml.findtext("session-token")

    @property
    def asks_for_certificate(self):
        return self.xml.find("client-cert-request") is not None

    @property
    def inputs(self):
        return [one.get("name") for one in self.xml.iter("input")]

    @property
    def error(self):
        """The sentence of a form's <error>; None: there is none."""
        return self.xml.findtext("auth/error")

    @property
    def groups(self):
        """The options of group_list; the selected one has a star."""
        options = self.xml.iterfind(".//select[@name='group_list']/option")
        return [(one.get("value") or one.text) + ("*" if one.get("selected") else "") for one in options]


class AnyConnect:
    """One HTTPS conversation, with a cookie jar."""

    def __init__(self, host: Host, address="192.0.2.1", **tls_options):
        self.host = host
        self.socket = tls.connect(host, address, **tls_options)
        self.cookies = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def request(self, method, path, body=b"", headers=None) -> http.client.HTTPResponse:
        self.send(method, path, body, headers)
        return self.receive(method)

    def send(self, method, path, body=b"", headers=None):
        lines = [f"{method} {path} HTTP/1.1"]
        wanted = HEADERS | ({"Cookie": self._cookie_header()} if self.cookies else {}) | (headers or {})
        lines += [f"{name}: {value}" for name, value in wanted.items() if value is not None]
        if method != "CONNECT":
            lines.append(f"Content-Length: {len(body)}")
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + body)

    def receive(self, method) -> http.client.HTTPResponse:
        reply = http.client.HTTPResponse(self.socket, method=method)
        reply.begin()
        for header in reply.headers.get_all("Set-Cookie") or []:
            name, _, rest = header.partition("=")
            value = rest.split(";")[0]
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return reply

    def _cookie_header(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def post(self, body: str, path="/", headers=None) -> Answer:
        return Answer(self.request("POST", path, body.encode(), headers))

    def log_in(self, user="alice", password="correct horse") -> str:
        """The session token."""
        self.post(init())
        done = self.post(auth_reply(user, password))
        assert done.kind == "complete", done.body
        return done.token


class Tunnel:
    """A CONNECT by hand: `status`, `headers` of the answer, then frames."""

    def __init__(
        self, host: Host, token, headers=None, behind=b"", path="/CSCOSSLC/tunnel", **tls_options
    ):
        self.socket = tls.connect(host, **tls_options)
        self.socket.settimeout(5)
        self._buffer = b""
        wanted = {
            "Host": "vpn.example.com",
            "User-Agent": HEADERS["User-Agent"],
            "Cookie": f"webvpn={token}" if token is not None else None,
            "X-CSTP-Version": "1",
            "X-CSTP-Hostname": "laptop",
            "X-CSTP-Base-MTU": "1500",
            "X-CSTP-MTU": "1390",
            "X-CSTP-Address-Type": "IPv6,IPv4",
            "X-CSTP-Full-IPv6-Capability": "true",
        } | (headers or {})
        lines = [f"CONNECT {path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in wanted.items() if value is not None]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + behind)
        self._read_header()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _read_header(self):
        while b"\r\n\r\n" not in self._buffer:
            part = self.socket.recv(65536)
            assert part, f"the gateway closed after {self._buffer!r}"
            self._buffer += part
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.status_line = first
        self.headers = [tuple(line.split(": ", 1)) for line in lines]

    def header(self, name):
        """The value of a header spelled exactly so; None: absent."""
        return next((value for each, value in self.headers if each == name), None)

    def send(self, kind, payload=b""):
        self.socket.sendall(frame(kind, payload))

    def receive(self):
        """(type, payload) of the next frame; None: the gateway closed."""
        while len(self._buffer) < 8 or len(self._buffer) < 8 + struct.unpack(">H", self._buffer[4:6])[0]:
            try:
                part = self.socket.recv(65536)
            except (ConnectionError, tls.ssl.SSLError):
                part = b""
            if not part:
                return None
            self._buffer += part
        size = struct.unpack(">H", self._buffer[4:6])[0]
        assert self._buffer[:4] == b"STF\x01" and self._buffer[7] == 0, self._buffer[:8]
        kind, payload = self._buffer[6], self._buffer[8 : 8 + size]
        self._buffer = self._buffer[8 + size :]
        return kind, payload

    def last_word(self):
        """The first frame that is no packet; None: the gateway closed without one."""
        while (received := self.receive()) is not None and received[0] == DATA:
            pass
        return received

    def pings(self, inner="10.20.0.1"):
        """Does an echo request through the tunnel come back?"""
        own = self.header("X-CSTP-Address")
        self.send(DATA, icmp_echo(own, inner))
        while (received := self.receive()) is not None:
            if is_ping_reply(received, own):
                return True
        return False


def is_ping_reply(received, own):
    kind, packet = received
    return kind == DATA and packet[9] == 1 and packet[20] == 0 and packet[16:20] == bytes(
        int(part) for part in own.split(".")
    )


def frame(kind, payload=b""):
    return b"STF\x01" + struct.pack(">HBB", len(payload), kind, 0) + payload


def icmp_echo(source, destination, size=56):
    """A ping's IPv4 packet."""
    body = struct.pack(">BBHHH", 8, 0, 0, 77, 1) + bytes(size)
    body = body[:2] + struct.pack(">H", _checksum(body)) + body[4:]
    return _ipv4(1, source, destination, body)


def udp_datagram(source, destination, port=9, size=56):
    """An IPv4 packet that is user data; without a checksum, as UDP allows."""
    return _ipv4(17, source, destination, struct.pack(">HHHH", 7007, port, 8 + size, 0) + bytes(size))


def _ipv4(protocol, source, destination, body):
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, 64, protocol, 0)
    for address in (source, destination):
        head += bytes(int(part) for part in address.split("."))
    return head[:10] + struct.pack(">H", _checksum(head)) + head[12:] + body


def _checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
