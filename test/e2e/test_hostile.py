"""Strangers on the port: none of them keeps others out, each leaves a clear line in the log."""

import contextlib
import re
import select
import socket

import pytest

from lab.cut_off import HANDSHAKE_LIMIT, LATE, was_cut_off_in_handshake
from lab.gateway import PORT
from lab.run import wait_until
from lab.tls import connect, exchange, read_to_end, shakes_hands

HALF_OPEN = 1000


@pytest.fixture(autouse=True)
def survives(gateway, client_host, bystanders):
    """After each test the same processes run and serve, and the tunnels of others have lost nothing."""
    before = gateway.roles()
    with bystanders.undisturbed():
        yield
    wait_until(lambda: shakes_hands(client_host), 5, "others are served")
    assert gateway.roles() == before


def _silent_connections(host, count):
    made = contextlib.ExitStack()
    arrived = select.poll()
    with host.inside():
        for _ in range(count):
            connection = made.enter_context(socket.socket())
            connection.setblocking(False)
            connection.connect_ex(("192.0.2.1", PORT))
            arrived.register(connection, select.POLLOUT)
    wait_until(lambda: len(arrived.poll(0)) == count, 10, "all of them have arrived")
    return made


def test_a_thousand_half_open_connections_keep_nobody_out(gateway, network):
    with _silent_connections(network["other"], HALF_OPEN):
        for _ in range(5):
            assert shakes_hands(network["client"]), "in half of the time that the others may take"


def test_a_connection_that_says_nothing_is_closed_after_ten_seconds(gateway, client_host):
    with client_host.connect("192.0.2.1", PORT, timeout=HANDSHAKE_LIMIT + LATE) as connection:
        assert read_to_end(connection) == b""
        was_cut_off_in_handshake(gateway, connection)


def test_a_hello_that_arrives_byte_by_byte_is_cut_off_like_silence(gateway, client_host):
    with client_host.connect("192.0.2.1", PORT) as connection:
        connection.settimeout(0.5)
        hello = bytes.fromhex("1603010200010001fc0303") + bytes(30)
        for byte in hello:  # for twenty seconds at most
            try:
                connection.sendall(bytes([byte]))
                if connection.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        was_cut_off_in_handshake(gateway, connection)


def test_slow_requests_keep_nobody_out(gateway, network):
    with contextlib.ExitStack() as slow:
        connections = [slow.enter_context(connect(network["other"])) for _ in range(30)]
        for byte in b"POST / HTTP/1.1\r\n":
            for connection in connections:
                with contextlib.suppress(OSError):  # it may be cut off: that is the gateway's right
                    connection.sendall(bytes([byte]))
            assert shakes_hands(network["client"])


def test_plain_http_on_the_port_is_refused_and_logged_as_such(gateway, client_host):
    seen = len(gateway.log)
    with client_host.connect("192.0.2.1", PORT) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: vpn.example.com\r\n\r\n")
        read_to_end(connection)
    line = gateway.wait_log(re.escape(client_host.ipv4), after=seen)
    assert re.search(r"(?i)http", line), line


@pytest.mark.parametrize(
    "noise",
    [
        *(bytes(64), b"\xff" * 64, b"SSH-2.0-x\r\n"),
        *(b"\x16\x03\x01\xff\xff" + b"\x01" * 600, b"\x80\x2e\x01\x00\x02"),
    ],
    ids=["zeros", "ones", "ssh", "huge record", "sslv2"],
)
def test_garbage_is_closed_and_logged_with_its_origin(gateway, client_host, noise):
    seen = len(gateway.log)
    with client_host.connect("192.0.2.1", PORT, timeout=15) as connection:
        connection.sendall(noise)
        read_to_end(connection)
    gateway.wait_log(re.escape(client_host.ipv4), after=seen)


def test_text_of_a_stranger_reaches_the_log_only_escaped(gateway, client_host):
    seen = len(gateway.log)
    request = b"GET /\x1b[31m\xff HTTP/1.1\r\nHost: x\r\nUser-Agent: \x1b]0;owned\x07\r\n\r\n"
    exchange(client_host, request)
    gateway.wait_log(re.escape(client_host.ipv4), after=seen)
    assert all(character == "\n" or " " <= character < "\x7f" for character in gateway.log)


HEAD = b"POST / HTTP/1.1\r\nHost: vpn.example.com\r\n"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (HEAD + b"X-Long: " + b"a" * 40000 + b"\r\n\r\n", rb"431|400"),
        (HEAD + b"".join(b"X-%d: y\r\n" % i for i in range(5000)) + b"\r\n", rb"431|400"),
        (HEAD + b"Content-Length: 99999999\r\n\r\n", rb"413|400"),
        (HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", rb"400"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", rb"400|411|501"),
        (b"\x01\x02\x03\r\n\r\n", rb"400"),
        (b"GET / HTTP/9.9\r\n\r\n", rb"400|505"),
    ],
    ids=[
        "long header",
        "many headers",
        "large body",
        "two lengths",
        "chunked",
        "no request",
        "unknown version",
    ],
)
def test_a_bad_request_is_answered_with_an_error_and_closed(gateway, client_host, request_bytes, status):
    logged = len(gateway.log)
    answer = exchange(client_host, request_bytes)
    gateway.wait_log(f"request refused: .*peer={client_host.ipv4}:", after=logged)
    # A client that still sends may see the connection reset before it reads the answer.
    assert answer == b"" or re.match(rb"HTTP/1\.[01] (?:" + status + rb") ", answer), answer[:200]
    if len(request_bytes) < 4096:
        assert answer


def test_pipelined_requests_are_answered_in_order_or_refused(gateway, client_host):
    one = b"GET /%d HTTP/1.1\r\nHost: vpn.example.com\r\n\r\n"
    last = b"GET /2 HTTP/1.1\r\nHost: vpn.example.com\r\nConnection: close\r\n\r\n"
    answer = exchange(client_host, one % 1 + last)
    assert len(re.findall(rb"HTTP/1\.1 \d\d\d ", answer)) in (1, 2), answer


def test_a_connection_serves_a_bounded_number_of_requests(gateway, client_host):
    request = b"GET / HTTP/1.1\r\nHost: vpn.example.com\r\n\r\n"
    with connect(client_host) as connection:
        answers = 0
        with contextlib.suppress(OSError):
            while answers < 40:
                connection.sendall(request)
                if not connection.recv(65536):
                    break
                answers += 1
    assert 1 <= answers <= 16


def test_clients_that_vanish_in_the_handshake_leave_nothing_behind(gateway, client_host):
    gateway_pid = gateway.roles()["gateway"]

    def descriptors():
        return gateway.host.run("ls", f"/proc/{gateway_pid}/fd").stdout.count("\n")

    wait_until(lambda: shakes_hands(client_host), 3, "a handshake works")
    before = descriptors()
    for _ in range(50):
        with client_host.connect("192.0.2.1", PORT) as connection:
            connection.sendall(bytes.fromhex("16030100"))
    wait_until(lambda: descriptors() <= before + 2, 15, "their descriptors are closed")
