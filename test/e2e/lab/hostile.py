"""A gateway that means no good: what it says at each point of a connection, and how that must end."""

import hashlib
import re

from lab.scripted_gateway import ScriptedGateway, answer

NAME = "vpn.example.com"
HOST = f"{NAME}:{ScriptedGateway.PORT}"
FAILED = 1
ESCAPES = "\u009b2J\u202eowned"  # a terminal would obey it, and XML and HTTP let it through
BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


def auth_request(inner="", action="/", message="Please log in.", before=""):
    fields = inner or (
        '<input type="text" name="username" label="Username:"/>'
        '<input type="password" name="password" label="Password:"/>'
    )
    return (
        f'{before}<config-auth client="vpn" type="auth-request" aggregate-auth-version="2">'
        f'<auth id="main"><message>{message}</message><form method="post" action="{action}">{fields}</form>'
        "</auth></config-auth>"
    )


def complete(token="TOKEN", banner="", config=""):
    return (
        '<config-auth client="vpn" type="complete" aggregate-auth-version="2">'
        f"<session-id>1</session-id><session-token>{token}</session-token>"
        f'<auth id="success"><banner>{banner}</banner></auth>{config}</config-auth>'
    )


def manifest(uri, content, core=""):
    digest = hashlib.sha1(content.encode()).hexdigest()
    return (
        f'<config client="vpn" type="private"><opaque is-for="vpn-client">{core}</opaque>'
        f'<vpn-profile-manifest><vpn rev="1.0"><file type="profile" service-type="user"><uri>{uri}</uri>'
        f'<hash type="sha1">{digest}</hash></file></vpn></vpn-profile-manifest></config>'
    )


def connected(*more, address="10.20.0.9", mtu="1400"):
    """The answer to CONNECT."""
    headers = [f"X-CSTP-Address: {address}"] if address else []
    headers += ["X-CSTP-Netmask: 255.255.0.0", f"X-CSTP-MTU: {mtu}", *more]
    return ("HTTP/1.1 200 CONNECTED\r\n" + "".join(line + "\r\n" for line in headers) + "\r\n").encode()


class Play:
    """What the gateway answers at each point: bytes, or what is done with the client's connection."""

    def __init__(self, **changes):
        self.parts = {
            "init": answer(auth_request()),
            "login": answer(complete()),
            "file": answer("", "404 Not Found"),
            "connect": connected(),
            "tunnel": lambda peer: peer.listen(),
        } | changes
        self.requests = []

    def __call__(self, peer):
        while request := peer.request():
            self.requests.append(request)
            point = self._point_of(request)
            self._do(peer, point)
            if point == "connect":
                return self._do(peer, "tunnel")

    def _do(self, peer, point):
        part = self.parts[point]
        part(peer) if callable(part) else peer.say(part)

    @staticmethod
    def _point_of(request):
        if request.startswith(b"CONNECT"):
            return "connect"
        if request.startswith(b"GET"):
            return "file"
        return "login" if b'type="auth-reply"' in request else "init"


def says(first, again=b""):
    """This, and then the other without end."""

    def play(peer):
        peer.say(first)
        if again:
            peer.flood(again)
        peer.listen()

    return play


def hang_up(_):
    raise ConnectionError


def hears_a_word(peer):
    """The client's DISCONNECT, and closes."""
    peer.socket.recv(65536)


def redirect(location):
    return answer("", "302 Found", f"Location: {location}\r\n")


def ends(tunnel, status, words, seconds=10):
    """In time, with this status, and with words that hold no trap for a terminal."""
    assert tunnel.wait_end(seconds) == status, tunnel.output
    harmless(tunnel)
    last = tunnel.output.rstrip("\n").splitlines()[-1]
    assert last.startswith("sallyport: ") and re.search(words, last), tunnel.output
    assert "the connection ended by" not in tunnel.output, tunnel.output  # a crash


def harmless(tunnel):
    traps = re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", tunnel.output)
    assert not traps, repr(tunnel.output)
    assert "root:" not in tunnel.output and len(tunnel.output) < 20000, tunnel.output


def goes_on(tunnel):
    tunnel.wait_up()
    harmless(tunnel)
    assert tunnel.stop() == 0, tunnel.output
