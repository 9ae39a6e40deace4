"""What a gateway is told that makes no sense: it says so, and those who have a tunnel notice nothing."""

import contextlib
import os
import re
import signal
import threading
import time

import pytest

from lab import processes
from lab.anyconnect import (
    DATA,
    DISCONNECT,
    DPD_REQUEST,
    DPD_RESPONSE,
    KEEPALIVE,
    AnyConnect,
    Tunnel,
    auth_reply,
    config_auth,
    frame,
    init,
)
from lab.run import run, wait_until
from lab.tls import connect, exchange, read_to_end

HOST_LINE = b"Host: vpn.example.com\r\n"
COMPRESSED = 8
CHEAP = 0.5  # seconds of a processor, for one request and what the bystanders send meanwhile
OF_ONE_ADDRESS = 256  # connections without a login


@pytest.fixture(scope="module", autouse=True)
def users(shared_gateway):
    """slow's password takes long to check."""
    hashed = run("openssl", "passwd", "-5", "-salt", "rounds=20000$laboratory", "correct horse").stdout
    with open(shared_gateway.folder / "users", "a", encoding="ascii") as users:
        users.write(f"slow:staff:{hashed}")


@pytest.fixture(autouse=True)
def others_go_on(users, gateway, bystanders):
    before = gateway.roles()
    with bystanders.undisturbed():
        yield
    assert gateway.roles() == before


@pytest.fixture
def token(gateway, client_host):
    with AnyConnect(client_host) as client:
        yield client.log_in()
    gateway.ctl("disconnect", "--user", "alice", check=False)  # it may have none


# XML

LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
BOMB = f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
XML_LINE = '<?xml version="1.0" encoding="UTF-8"?>\n'


def entity_bomb(kind):
    return config_auth(kind, "<auth>&l9;</auth>").replace(XML_LINE, XML_LINE + BOMB)


def file_entity(kind):
    return config_auth(kind, "<auth><username>&f;</username></auth>").replace(XML_LINE, XML_LINE + FILE)


def deep_nesting(kind):
    return config_auth(kind, "<a>" * 8000 + "</a>" * 8000)


def cut_off(kind):
    return config_auth(kind)[:-5]


@pytest.mark.parametrize("kind", ["init", "auth-reply", "logout"])
@pytest.mark.parametrize("spoil", [entity_bomb, file_entity, deep_nesting, cut_off])
def test_hostile_xml_is_refused_at_once(gateway, client_host, spoil, kind):
    logged = len(gateway.log)
    memory = _peak_memory(gateway)
    with AnyConnect(client_host) as client:
        spent = processes.cpu_seconds(gateway.roles()["gateway"])
        answer = client.post(spoil(kind))
        assert processes.cpu_seconds(gateway.roles()["gateway"]) - spent < CHEAP
        assert answer.status == 400 and "XML" in answer.headers["X-Reason"], answer.body
        line = gateway.wait_log("request refused: .*XML", after=logged)
        assert f"peer={client_host.ipv4}:" in line
        assert client.post(init()).kind == "auth-request"  # the connection goes on
    assert _peak_memory(gateway) - memory < 8 << 10


def test_endless_attributes_cost_nothing(gateway, client_host):
    many = "".join(f' a{n}=""' for n in range(7000))
    memory = _peak_memory(gateway)
    with AnyConnect(client_host) as client:
        spent = processes.cpu_seconds(gateway.roles()["gateway"])
        answer = client.post(init().replace("<config-auth", "<config-auth" + many))
        assert answer.kind == "auth-request"
        assert processes.cpu_seconds(gateway.roles()["gateway"]) - spent < CHEAP
    assert _peak_memory(gateway) - memory < 8 << 10


def _peak_memory(gateway):
    """Of the gateway process, in KiB."""
    with open(f"/proc/{gateway.roles()['gateway']}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s*(\d+) kB", status.read())[1])


# HTTP


@pytest.mark.parametrize(
    "request_bytes, words",
    [
        (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "chunked|Transfer-Encoding"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", "chunked|Transfer-Encoding"),
        (b"Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", "Content-Length|length"),
        (b"Content-Length: -1\r\n\r\n", "Content-Length|length"),
        (b"Content-Length: 0x10\r\n\r\n", "Content-Length|length"),
        (b"Content-Length: 99999999999999999999\r\n\r\n", "large|Content-Length"),
    ],
)
def test_a_body_whose_length_is_in_doubt_is_refused(gateway, client_host, request_bytes, words):
    logged = len(gateway.log)
    answer = exchange(client_host, b"POST / HTTP/1.1\r\n" + HOST_LINE + request_bytes)
    assert re.match(rb"HTTP/1\.1 4(00|11|13) ", answer), answer
    assert re.search(rb"(?m)^X-Reason: (.*)\r$", answer) and b"\r\nConnection: close\r\n" in answer
    assert re.search(words, gateway.wait_log("request refused: ", after=logged))


def test_a_connect_behind_a_login_in_one_piece_is_no_tunnel(gateway, client_host, token):
    logged = len(gateway.log)
    body = init().encode()
    login = b"POST / HTTP/1.1\r\n" + HOST_LINE + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
    tunnel = b"CONNECT /CSCOSSLC/tunnel HTTP/1.1\r\n" + HOST_LINE + f"Cookie: webvpn={token}\r\n\r\n".encode()
    answer = exchange(client_host, login + tunnel)
    assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1") == 1, answer
    gateway.wait_log("request refused: a second request came before the answer to the first", after=logged)
    assert "alice" not in [one["user"] for one in gateway.ctl_json("sessions")]


def test_a_connect_amid_a_login_ends_its_connection_and_not_the_login(gateway, client_host):
    logged = len(gateway.log)
    with AnyConnect(client_host) as client:
        client.post(init())
        early = client.request("CONNECT", "/CSCOSSLC/tunnel")
        assert early.status == 401 and early.headers["X-Reason"]
        gateway.wait_log("request refused: a CONNECT without the token of a session", after=logged)
        with AnyConnect(client_host) as again:
            again.cookies = client.cookies
            assert again.post(auth_reply("alice", "correct horse")).kind == "complete"


def _repeat(name, *values):
    """The value of a header that is there several times."""
    return f"\r\n{name}: ".join(values)


@pytest.mark.parametrize(
    "headers, ignored",
    [
        ({"X-CSTP-MTU": "0", "X-CSTP-Base-MTU": "0"}, None),
        ({"X-CSTP-MTU": "-1", "X-CSTP-Base-MTU": "-1"}, "X-CSTP-Base-MTU,X-CSTP-MTU"),
        ({"X-CSTP-MTU": "99999999", "X-CSTP-Base-MTU": "1" * 5000}, "X-CSTP-Base-MTU"),
        ({"X-CSTP-Base-MTU": _repeat("X-CSTP-Base-MTU", "1500", "rubbish", "")}, "X-CSTP-Base-MTU"),
        ({"X-DTLS-Master-Secret": "ABC", "X-DTLS-CipherSuite": "AES256-GCM-SHA384"}, "X-DTLS-Master-Secret"),
        ({"X-DTLS-Master-Secret": "xy" * 48, "X-DTLS12-CipherSuite": "AES256-GCM-SHA384"}, "X-DTLS-Master-"),
        ({"X-DTLS-Master-Secret": "ab" * 4000, "X-DTLS-CipherSuite": "x:" * 100}, "X-DTLS-Master-Secret"),
        ({"X-CSTP-Accept-Encoding": ",,;;lzs" * 100, "X-DTLS-Accept-Encoding": "\xff,\t,"}, None),
        ({"X-CSTP-Hostname": "\\x1b[31m%0d%0a<b>&amp;'\";--" + "é" * 300}, None),
    ],
)
def test_a_header_of_a_connect_without_sense_costs_no_tunnel(gateway, client_host, token, headers, ignored):
    logged = len(gateway.log)
    with Tunnel(client_host, token, headers) as tunnel:
        assert tunnel.status == 200
        assert 576 <= int(tunnel.header("X-CSTP-MTU")) <= 1418
        assert tunnel.pings()
    if ignored is not None:
        line = gateway.wait_log("headers of a CONNECT make no sense and are ignored", after=logged)
        assert ignored in line, line


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSTP-Hostname": "\x1b[31mred\x1b[0m"},
        {"User-Agent": "Open\x00AnyConnect"},
        {"X-CSTP-Address": _repeat("X-CSTP-Address", *["10.20.0.9"] * 20)},
        {f"X-Made-Up-{number}": "x" for number in range(101)},
        {"X-CSTP-Hostname": "x" * 20000},
        {f"X-Made-Up-{number}": "x" for number in range(10000)},
    ],
    ids=["escapes", "nul", "many addresses", "101 headers", "20 KB", "10,000 headers"],
)
def test_a_hostile_connect_is_refused(gateway, client_host, token, headers):
    logged = len(gateway.log)
    with contextlib.suppress(AssertionError, OSError):  # who still sends may see no answer
        with Tunnel(client_host, token, headers) as tunnel:
            assert tunnel.status in (400, 431), tunnel.status_line
            assert tunnel.header("X-Reason")
    line = gateway.wait_log("request refused: ", after=logged)
    assert "\x1b" not in line and "tunnel open" not in gateway.log[logged:]


# Frames


@pytest.mark.parametrize(
    "records",
    [
        [b"\x01\x02"],
        [b"HTTP/1.1 200 OK\r\n\r\n"],
        [b"STF\x02" + bytes(4)],
        [b"STF\x01\x00\x00\x00\x01"],
        [b"STF\x01\xff\xf8\x00\x00"],
        [frame(DPD_REQUEST, b"x" * 40)[:4] + b"\x00\x04" + frame(DPD_REQUEST, b"x" * 40)[6:]],
        [frame(DPD_REQUEST, b"x" * 40)[:20], frame(DPD_REQUEST, b"y" * 30)],
        [frame(COMPRESSED, b"compressed")],
    ],
    ids=["short", "http", "magic", "last byte", "long", "length lies", "cut off", "compressed"],
)
def test_a_bad_frame_ends_its_tunnel_and_the_log_says_why(gateway, client_host, token, records):
    logged = len(gateway.log)
    with Tunnel(client_host, token) as tunnel:
        for record in records:
            tunnel.socket.sendall(record)
        while (received := tunnel.receive()) is not None:
            assert received[0] in (DISCONNECT, DPD_RESPONSE)
    line = gateway.wait_log("tunnel ended: ", after=logged)
    assert re.search("why=.*(frame|compressed)", line), line
    with Tunnel(client_host, token) as again:
        assert again.pings(), "the session is there"


def test_an_odd_frame_is_looked_over(client_host, token):
    with Tunnel(client_host, token) as tunnel:
        for odd in (frame(0x42, b"?"), frame(DATA), frame(DATA, b"no packet"), frame(DATA, b"\x45")):
            tunnel.socket.sendall(odd)
        tunnel.socket.sendall(frame(KEEPALIVE) + frame(DPD_REQUEST, b"two in a record"))
        assert tunnel.receive() == (DPD_RESPONSE, b"two in a record")
        for byte in frame(DPD_REQUEST, b"a byte in a record"):
            tunnel.socket.sendall(bytes([byte]))
        assert tunnel.receive() == (DPD_RESPONSE, b"a byte in a record")
        assert tunnel.pings()


# Too much of it


def _drip(connections, ended):
    for byte in b"POST / HTTP/1.1\r\n" + HOST_LINE + b"Content-Length: 60000\r\n\r\n" + bytes(1000):
        for connection in connections:
            with contextlib.suppress(OSError):  # it was dropped
                connection.sendall(bytes([byte]))
        if ended.wait(0.05):
            return


def test_who_fills_his_share_of_connections_keeps_nobody_out(gateway, network, bystanders):
    crowded, quiet = network["other"], network["client"]
    logged = len(gateway.log)
    with contextlib.ExitStack() as open_ones:
        typing = open_ones.enter_context(AnyConnect(crowded))
        typing.post(init())
        lazy = [open_ones.enter_context(connect(crowded)) for _ in range(OF_ONE_ADDRESS + 20)]
        ended = threading.Event()
        dripping = threading.Thread(target=_drip, args=(lazy, ended))
        dripping.start()
        try:
            gateway.wait_log(
                f"connection ended: too many others without a login .*peer={crowded.ipv4}", after=logged
            )
            assert read_to_end(lazy[0]) == b"", "the oldest has gone"
            with AnyConnect(quiet) as client:
                assert client.log_in(), "in the time that any answer may take"
            # Whoever was typing behind the same address goes on over another connection.
            with pytest.raises(OSError):
                typing.post(auth_reply("alice", "correct horse"))
            with AnyConnect(crowded) as again:
                again.cookies = typing.cookies
                token = again.post(auth_reply("alice", "correct horse")).token
            with Tunnel(crowded, token) as tunnel:
                more = [open_ones.enter_context(connect(crowded)) for _ in range(OF_ONE_ADDRESS)]
                assert read_to_end(lazy[-1]) == b"" and tunnel.pings(), "whoever has a token is not counted"
            more[-1].settimeout(0.1)
            with pytest.raises(TimeoutError):
                more[-1].recv(1)
        finally:
            ended.set()
            dripping.join()
    gateway.ctl("disconnect", "--user", "alice")


def test_who_asks_the_authenticator_too_much_waits_and_others_do_not(gateway, network):
    guesses = 100  # more than the authenticator's places
    with contextlib.ExitStack() as open_ones:
        guessing = [open_ones.enter_context(AnyConnect(network["other"])) for _ in range(guesses)]
        for one in guessing:
            one.post(init())
        body = auth_reply("slow", "wrong").encode()
        for one in guessing:
            one.send("POST", "/", body)
        begin = time.monotonic()
        with AnyConnect(network["client"]) as client:
            assert client.log_in()
        waited = time.monotonic() - begin
        statuses = {one.receive("POST").status for one in guessing}
        assert statuses == {200}, "nobody is turned away for being many"
        assert waited < (time.monotonic() - begin) / 2
    gateway.ctl("disconnect", "--user", "alice")


def test_who_is_dropped_while_the_authenticator_thinks_is_gone_at_once(gateway, network):
    pid, authenticator = gateway.roles()["gateway"], gateway.roles()["authenticator"]
    body = auth_reply("alice", "wrong").encode()
    logged = len(gateway.log)
    with contextlib.ExitStack() as open_ones:
        os.kill(authenticator, signal.SIGSTOP)
        open_ones.callback(os.kill, authenticator, signal.SIGCONT)
        before = _descriptors(pid)
        asking = [open_ones.enter_context(AnyConnect(network["other"])) for _ in range(OF_ONE_ADDRESS)]
        for one in asking:
            one.send("POST", "/", body)
        wait_until(lambda: gateway.log[logged:].count(" method=POST ") == OF_ONE_ADDRESS, 10, "all ask")
        more = [open_ones.enter_context(connect(network["other"])) for _ in range(OF_ONE_ADDRESS)]
        wait_until(lambda: _descriptors(pid) <= before + OF_ONE_ADDRESS, 10, "no connection is kept")
        assert read_to_end(asking[0].socket) == b""
        more[-1].settimeout(0.1)
        with pytest.raises(TimeoutError):
            more[-1].recv(1)
    with AnyConnect(network["other"]) as client:
        assert client.log_in(), "none of their questions is in the way"
    assert " error " not in gateway.log[logged:]
    gateway.ctl("disconnect", "--user", "alice")


def _descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))
