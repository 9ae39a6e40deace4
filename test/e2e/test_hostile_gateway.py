"""A hostile gateway can't crash the client, hang it, or reach what is not its own: phases 1 to 4."""

import pytest

from lab.client import BLOCKED, LOGIN_FAILED, Client
from lab.hostile import (
    BOMB,
    ESCAPES,
    FAILED,
    FILE,
    HOST,
    NAME,
    Play,
    auth_request,
    complete,
    ends,
    goes_on,
    hang_up,
    manifest,
    redirect,
    says,
)
from lab.pki import Pair
from lab.scripted_gateway import ScriptedGateway, answer

RECORD = b"\x16\x03\x03"


# Phase 1


@pytest.fixture(scope="module", autouse=True)
def silence(network, pair, folder, pki):
    """An attempt that nobody answers, from another host; it goes on while the other tests run."""
    with ScriptedGateway(network.gateway, pair, lambda peer: peer.listen(), speaks_tls=False, port=8444):
        client = Client(network["other"], folder / "patient")
        yield client.start(pki, f"{NAME}:8444")
        client.close()


def garbage(peer):
    peer.say(b"\x00\xff" * 5000)
    peer.listen()


def endless_handshake(peer):
    """A ServerHello that claims 16 MB and comes in ever more records."""
    peer.say(RECORD + b"\x00\x04\x02\xff\xff\xff")
    peer.flood(RECORD + b"\x40\x00" + b"x" * 16384)


def endless_warnings(peer):
    peer.flood(b"\x15\x03\x03\x00\x02\x01\x5a")


@pytest.mark.parametrize("play", [garbage, endless_handshake, endless_warnings], ids=lambda f: f.__name__)
def test_what_is_no_handshake(meets, play):
    tunnel, _ = meets(play, speaks_tls=False)
    ends(tunnel, FAILED, "TLS")


def test_a_chain_of_hundreds_of_certificates(meets, pair, folder):
    chain = folder / "chain.pem"
    chain.write_text(pair.certificate.read_text() * 300)
    tunnel, _ = meets(Play(), pair=Pair(chain, pair.key))
    ends(tunnel, FAILED, "TLS with the gateway failed: excessive message size")


# Phases 2 and 3

MANY = "".join(f'<input type="hidden" name="f{i}" value="{i}"/>' for i in range(10000))
OPTIONS = "".join(f"<option>g{i}</option>" for i in range(10000))
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


OPENINGS = {
    "endless header": (says(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 8000 + b"\r\n"), "header"),
    "endless line": (says(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 8000), "header"),
    "10,000 headers": (says(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 10000 + b"\r\n"), "too many headers"),
    "endless body": (says(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 8000), "too large"),
    "huge length": (says(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), "too large"),
    "two lengths": (says(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "Length"),
    "negative length": (says(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), "Length"),
    "chunk bomb": (says(CHUNKED, b"1\r\nx\r\n" * 2000), "too large"),
    "huge chunk": (says(CHUNKED + b"ffffffffffffffff\r\n"), "too large|not HTTP"),
    "chunk with an endless extension": (says(CHUNKED + b"1;", b"x" * 8000), "too long"),
    "endless trailer": (says(CHUNKED + b"0\r\n", b"X-More: x\r\n" * 800), "too long|header"),
    "1xx": (says(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), "interim"),
    "no HTTP": (says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "not HTTP"),
    "gzip": (answer("x" * 100, more="Content-Encoding: gzip\r\n"), "no login"),
    "entity bomb": (answer(auth_request(message="&c;", before=BOMB)), "no login"),
    "external entity": (answer(auth_request(message="&f;", before=FILE)), "no login"),
    "deep nesting": (answer("<a>" * 5000 + "</a>" * 5000), "no login"),
    "10,000 fields": (answer(auth_request(MANY)), "no login"),
    "10,000 groups": (answer(auth_request(f'<select name="group_list">{OPTIONS}</select>')), "no login"),
    "megabytes of opaque": (
        answer(auth_request().replace("<auth ", f"<opaque>{'x' * 900000}</opaque><auth ")),
        "no login",
    ),
    "redirect loop": (redirect("/"), "in circles"),
    "redirect to http": (redirect(f"http://{NAME}/"), "not an https URL"),
    "redirect to a file": (redirect("file:///etc/passwd"), "not an https URL"),
    "redirect with escapes": (redirect(f"https://{ESCAPES}/"), "redirects to"),
    "action of another scheme": (answer(auth_request(action="javascript://x")), "not an https URL"),
    "action at another host": (answer(auth_request(action="https://192.0.2.1/")), "another host"),
    "status with escapes": (answer("", f"500 {ESCAPES}", f"X-Reason: {ESCAPES}\r\n"), "500"),
}


@pytest.mark.parametrize("case", OPENINGS)
def test_an_opening_that_makes_no_sense(meets, case):
    init, words = OPENINGS[case]
    play = Play(init=init, file=init)
    tunnel, _ = meets(play)
    ends(tunnel, FAILED, words)
    assert not any(b"correct horse" in request for request in play.requests)


ANSWERS = {
    "closed": (hang_up, "closed"),
    "another host by redirect": (redirect("https://192.0.2.1/"), "another host"),
    "another host by a form": (answer(auth_request(action="https://192.0.2.1/")), "another host"),
    "no token": (answer(complete(token="")), "without a session token"),
    "a token that breaks the header": (answer(complete(token="a&#13;&#10;X-Evil: b")), "no cookie may have"),
    "a refusal with escapes": (answer("", f"401 {ESCAPES}"), "refused the login"),
    "an entity bomb": (answer(auth_request(message="&c;", before=BOMB)), "makes no sense"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_to_the_password_that_makes_no_sense(meets, case):
    login, words = ANSWERS[case]
    play = Play(login=login)
    tunnel, gateway = meets(play)
    ends(tunnel, LOGIN_FAILED if "refusal" in case else FAILED, words)
    assert all(f"Host: {HOST}".encode() in request for request in play.requests)


def test_another_host_is_judged_before_anything_goes_there(meets):
    elsewhere = "elsewhere.example.com"
    play = Play(init=redirect(f"https://{elsewhere}:{ScriptedGateway.PORT}/"))
    tunnel, gateway = meets(play, f"--resolve={elsewhere}:192.0.2.1")
    ends(tunnel, BLOCKED, f"blocked: the certificate of {elsewhere}")
    assert len(gateway.connections) == 2 and len(play.requests) == 1


def test_a_gateway_that_asks_without_end(meets):
    """Hidden fields that differ each time look like progress."""
    asked = []

    def ask(peer):
        asked.append(peer)
        field = f'<input type="hidden" name="turn" value="{len(asked)}"/>'
        peer.say(answer(auth_request(field, message=ESCAPES)))

    tunnel, _ = meets(Play(init=ask, login=ask))
    ends(tunnel, LOGIN_FAILED, "does not stop asking")
    assert len(asked) <= 110


# Phase 4

PROFILE = (
    '<?xml version="1.0"?><AnyConnectProfile xmlns="http://schemas.xmlsoap.org/encoding/"><ServerList>'
    "<HostEntry><HostName>Office</HostName><HostAddress>vpn.example.com</HostAddress></HostEntry>"
    "</ServerList></AnyConnectProfile>"
)
RUN_ME = (
    '<vpn-core-manifest><vpn rev="1.0"><file version="9" id="Evil" is_core="yes" type="exe" action="install" '
    'os="linux"><uri>binaries/run-me</uri></file></vpn></vpn-core-manifest>'
)
FILES = {
    "a folder above": ("/profiles/..%2f..%2fevil.xml", PROFILE, "can't be kept"),
    "an absolute name": ("/profiles/%2fetc%2fevil.xml", PROFILE, "can't be kept"),
    "a NUL": ("/profiles/evil%00.xml", PROFILE, "can't be kept"),
    "a line end": ("/profiles/evil%0a.xml", PROFILE, "can't be kept"),
    "the folder itself": ("/profiles/..", PROFILE, "can't be kept"),
    "another hash": ("/profiles/corp.xml", PROFILE + " ", "its SHA-1 is"),
    "an entity bomb": ("/profiles/corp.xml", BOMB + PROFILE, "no client profile"),
    "an external entity": ("/profiles/corp.xml", FILE + PROFILE, "no client profile"),
    "no profile": ("/profiles/corp.xml", "#!/bin/sh", "no client profile"),
    "two megabytes": ("/profiles/corp.xml", PROFILE + "<!-- -->" * 262144, "too large"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_client_profile_that_makes_no_sense(meets, case):
    uri, content, words = FILES[case]
    announced = content.strip()
    play = Play(login=answer(complete(config=manifest(uri, announced))), file=answer(content))
    tunnel, _ = meets(play)
    ends(tunnel, FAILED, words)
    assert not any(request.startswith(b"CONNECT") for request in play.requests)


def test_a_profile_of_another_host_is_fetched_here_and_a_package_is_never_run(meets, vpn_client):
    config = manifest("//192.0.2.1/../../corp.xml", PROFILE, core=RUN_ME)
    play = Play(login=answer(complete(config=config, banner=ESCAPES)), file=answer(PROFILE))
    tunnel, gateway = meets(play, "--no-dtls")
    goes_on(tunnel)
    assert "never fetched or run: Evil 9" in tunnel.output, tunnel.output
    fetched = [request.split(b"\r\n")[0] for request in play.requests if request.startswith(b"GET")]
    assert len(fetched) == 1 and b"Host: " + HOST.encode() in play.requests[2], play.requests
    kept = vpn_client.home / ".config" / "sallyport" / "profiles" / "corp.xml"
    assert kept.read_text() == PROFILE


def test_silence_instead_of_a_handshake_is_not_waited_for_without_end(silence):
    ends(silence, FAILED, "TLS handshake: the gateway does not answer", seconds=30)
