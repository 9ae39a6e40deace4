"""Phase 5, header by header, and the frames that follow."""

import socket
import ssl
import struct
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lab import processes
from lab.anyconnect import (
    DATA,
    DISCONNECT,
    DPD_REQUEST,
    DPD_RESPONSE,
    AnyConnect,
    Tunnel,
    frame,
    icmp_echo,
)
from lab.run import wait_until


def token_for(host):
    with AnyConnect(host) as client:
        return client.log_in()


@pytest.fixture
def token(gateway, client_host):
    yield token_for(client_host)
    if gateway.is_running:
        gateway.ctl("disconnect", "--all")


def test_the_answer_has_the_headers_that_clients_look_for(token, client_host):
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.status_line == "HTTP/1.1 200 CONNECTED"
        assert tunnel.header("X-CSTP-Version") == "1"
        assert tunnel.header("X-CSTP-Address").startswith("10.20.")
        assert tunnel.header("X-CSTP-Netmask") == "255.255.0.0"
        assert tunnel.header("X-CSTP-Address-IP6").endswith("/64")
        assert tunnel.header("X-CSTP-DNS") == "10.20.0.1"
        assert tunnel.header("X-CSTP-MTU") == "1418"
        assert tunnel.header("X-CSTP-Base-MTU") == "1500"
        assert tunnel.header("X-CSTP-DPD") == "30" and tunnel.header("X-CSTP-Keepalive") == "20"
        assert tunnel.header("X-CSTP-Tunnel-All-DNS") == "true"
        assert tunnel.header("X-CSTP-Banner") == "Welcome"
        assert tunnel.header("X-CSTP-Post-Auth-XML").startswith("<?xml")
        assert tunnel.header("Content-Length") is None
        assert not [name for name, _ in tunnel.headers if name.startswith("X-DTLS")]
        assert tunnel.pings()


@pytest.mark.parametrize("wrong", [None, "", "AAAA", "A" * 44, "A" * 43 + "=", "x" * 5000, "<>&'"])
def test_without_a_living_token_there_is_no_tunnel(gateway, client_host, wrong):
    with Tunnel(client_host, wrong) as tunnel:
        assert tunnel.status == 401, tunnel.status_line


def test_another_target_is_not_found(token, client_host):
    with Tunnel(client_host, token, path="/elsewhere") as tunnel:
        assert tunnel.status == 404


def test_frames_in_the_same_segment_as_the_connect_are_heard(token, client_host):
    probes = b"".join(frame(DPD_REQUEST, bytes([number]) * number) for number in range(1, 40))
    with Tunnel(client_host, token, behind=probes) as tunnel:
        assert tunnel.status == 200
        for number in range(1, 40):
            assert tunnel.receive() == (DPD_RESPONSE, bytes([number]) * number)
        assert tunnel.pings()


def test_a_second_connect_takes_the_session_over(token, client_host, gateway):
    with Tunnel(client_host, token) as first:
        address = first.header("X-CSTP-Address")
        assert first.pings()
        with Tunnel(client_host, token) as second:
            assert second.header("X-CSTP-Address") == address
            assert first.receive() is None  # closed without a DISCONNECT
            assert second.pings()
            assert len(gateway.ctl_json("sessions")) == 1


@pytest.mark.parametrize("way", ["end", "reset", "close_notify"])
def test_a_session_that_was_lost_comes_back_with_its_address(token, client_host, gateway, way):
    with Tunnel(client_host, token) as first:
        address = first.header("X-CSTP-Address")
        if way == "reset":
            first.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if way == "close_notify":
            first.socket.unwrap()
    gateway.has_no_tunnel()
    with Tunnel(client_host, token) as second:
        assert second.header("X-CSTP-Address") == address
        assert second.pings()


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_tunnel_in_both_versions_of_tls(token, client_host, version):
    with Tunnel(client_host, token, version=ssl.TLSVersion[version]) as tunnel:
        assert tunnel.pings()


@pytest.mark.parametrize(
    "headers, mtu",
    [
        ({"X-CSTP-Base-MTU": "1400"}, "1318"),
        ({"X-CSTP-Base-MTU": "9000"}, "1418"),
        ({"X-CSTP-Base-MTU": "100"}, "1418"),
        ({"X-CSTP-Base-MTU": None, "X-CSTP-MTU": "1300"}, "1300"),
        ({"X-CSTP-Base-MTU": "rubbish", "X-CSTP-MTU": "-1"}, "1418"),
    ],
)
def test_the_mtu_follows_the_rule(token, client_host, headers, mtu):
    with Tunnel(client_host, token, headers) as tunnel:
        assert tunnel.header("X-CSTP-MTU") == mtu


def test_a_client_without_ipv6_gets_none(token, client_host):
    with Tunnel(client_host, token, {"X-CSTP-Address-Type": "IPv4"}) as tunnel:
        assert tunnel.header("X-CSTP-Address-IP6") is None
        assert tunnel.pings()


def test_a_packet_with_a_strangers_source_is_dropped(token, client_host):
    with Tunnel(client_host, token) as tunnel:
        tunnel.send(DATA, icmp_echo("10.20.99.99", "10.20.0.1"))
        assert tunnel.pings()


@pytest.mark.parametrize(
    "bad",
    [b"HTTP/1.1 200 OK\r\n\r\n", b"STF\x02" + bytes(4), b"STF\x01\x00\x00\x00\x01", frame(8, b"compressed")],
)
def test_bad_frames_end_their_tunnel_and_no_other(gateway, client_host, network, token, bad):
    other_token = token_for(network["other"])
    with Tunnel(client_host, token) as tunnel, Tunnel(network["other"], other_token) as other:
        tunnel.socket.sendall(bad)
        while (received := tunnel.receive()) is not None:
            assert received[0] == DISCONNECT
        assert other.pings()


def test_unknown_frames_are_ignored(token, client_host):
    with Tunnel(client_host, token) as tunnel:
        tunnel.send(0x42, b"?")
        tunnel.send(DATA)
        tunnel.send(DATA, b"not an IP packet")
        assert tunnel.pings()


def test_a_dpd_request_comes_back_byte_for_byte(token, client_host):
    with Tunnel(client_host, token) as tunnel:
        for payload in (b"", b"x", bytes(range(256)) * 5):
            tunnel.send(DPD_REQUEST, payload)
            assert tunnel.receive() == (DPD_RESPONSE, payload)


def test_a_goodbye_amid_a_download_is_heard(token, client_host, gateway):
    with Tunnel(client_host, token) as tunnel:
        own = tunnel.header("X-CSTP-Address")
        flood = gateway.host.start("ping", "-q", "-f", "-s", "1300", own, stdout=subprocess.DEVNULL)
        try:
            assert tunnel.receive()[0] == DATA
            tunnel.send(DISCONNECT, b"\xb0Aborted by caller")
            tunnel.socket.close()  # with packets unread: the kernel resets the connection
            gateway.has_no_session()
        finally:
            flood.kill()
            flood.wait()


def test_a_disconnect_of_openconnect_kills_the_token(token, client_host, gateway):
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.pings()
        tunnel.send(DISCONNECT, b"\xb0Aborted by caller")
        gateway.has_no_session()
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.status == 401


@pytest.mark.parametrize("reason", [b"", b"\x91reconnecting", b"\xd1paused"])
def test_any_other_disconnect_leaves_the_token(token, client_host, reason):
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.pings()
        tunnel.send(DISCONNECT, reason)
        assert tunnel.receive() is None
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.pings()


def test_anyconnect_may_come_back_after_its_disconnect(token, client_host):
    agent = {"User-Agent": "AnyConnect Windows 4.10.08029"}
    with Tunnel(client_host, token, agent) as tunnel:
        assert tunnel.pings()
        tunnel.send(DISCONNECT, b"\xb0network change")
        assert tunnel.receive() is None
    with Tunnel(client_host, token, agent) as tunnel:
        assert tunnel.pings()


def test_an_empty_pool_is_a_503_with_its_reason(new_gateway, client_host):
    gateway = new_gateway()
    gateway.config["tunnel"].update(address_pool="10.20.0.0/30")
    del gateway.config["tunnel"]["address_pool6"]
    gateway.start()
    tokens = [token_for(client_host) for _ in range(2)]
    with Tunnel(client_host, tokens[0]) as first:
        assert first.header("X-CSTP-Address") == "10.20.0.2"
        with Tunnel(client_host, tokens[1]) as second:
            assert second.status == 503
            assert "address pool" in second.header("X-Reason")
        assert first.pings()


def test_sessions_outlive_the_gateway_process(token, client_host, gateway):
    with Tunnel(client_host, token) as tunnel:
        address = tunnel.header("X-CSTP-Address")
        former = gateway.kill("gateway")
        assert tunnel.receive() is None
    gateway.wait_replaced("gateway", former)
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.header("X-CSTP-Address") == address
        assert tunnel.pings()


def test_sessions_outlive_the_service(client_host, new_gateway):
    gateway = new_gateway().start()
    token = token_for(client_host)
    with Tunnel(client_host, token) as tunnel:
        address = tunnel.header("X-CSTP-Address")
        gateway.stop()
        assert tunnel.receive() is None  # no DISCONNECT: the client shall come back
    gateway.start()
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.header("X-CSTP-Address") == address
        assert tunnel.pings()


def test_the_first_frame_has_a_record_of_its_own(token, client_host):
    # Each recv() of a TLS socket gives one record at most.
    with Tunnel(client_host, token, behind=frame(DPD_REQUEST, b"probe")) as tunnel:
        assert tunnel._buffer == b"", "the answer's record holds more than its header"
        assert tunnel.socket.recv(65536) == frame(DPD_RESPONSE, b"probe")
        tunnel.socket.sendall(frame(DPD_REQUEST, b"1") + frame(DPD_REQUEST, b"2"))
        for number in (b"1", b"2"):
            record = tunnel.socket.recv(65536)
            assert record == struct.pack(">4sHBB", b"STF\x01", 1, DPD_RESPONSE, 0) + number


def test_a_tunnel_outlives_a_reload_and_keeps_no_former_keeper(token, client_host, gateway):
    with Tunnel(client_host, token) as tunnel:
        gateway.ctl("reload")
        assert tunnel.pings()

        def keepers():
            return [pid for role, pid in processes.roles_of_children(gateway.pid) if role == "keeper"]

        wait_until(lambda: len(keepers()) == 1, 5, "the former keeper ends")
        assert tunnel.pings()


def test_an_idle_session_is_ended_and_told(client_host, new_gateway):
    gateway = new_gateway()
    gateway.config["group_policy"]["staff"].update(idle_timeout="2s")
    gateway.start()
    token = token_for(client_host)
    with Tunnel(client_host, token) as tunnel:
        tunnel.socket.settimeout(15)
        assert tunnel.pings()  # ICMP is no use of the tunnel
        assert tunnel.last_word() == (DISCONNECT, b"\0idle timeout")
    assert gateway.ctl_json("sessions", "--all") == []
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.status == 401


def test_a_session_ends_at_its_time_whatever_it_did(client_host, new_gateway):
    gateway = new_gateway()
    gateway.config["group_policy"]["staff"].update(session_timeout="6s")
    gateway.start()
    begin = time.monotonic()
    token = token_for(client_host)
    with Tunnel(client_host, token) as first:
        assert first.header("X-CSTP-Session-Timeout") == "6"
        assert first.header("X-CSTP-Session-Timeout-Remaining") in ("4", "5", "6")
        gateway.wait_replaced("gateway", gateway.kill("gateway"))
        wait_until(lambda: time.monotonic() - begin > 1.1, 5, "a second has passed")
    with Tunnel(client_host, token) as second:  # neither a reconnect nor a crash sets it back
        second.socket.settimeout(15)
        assert second.header("X-CSTP-Session-Timeout-Remaining") in ("1", "2", "3", "4", "5")
        assert second.last_word() == (DISCONNECT, b"\0session timeout")
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.status == 401


def test_a_stop_that_ends_the_sessions_tells_them(client_host, new_gateway):
    gateway = new_gateway().start()
    token = token_for(client_host)
    with Tunnel(client_host, token) as tunnel:
        gateway.ctl("stop", "--end-sessions")
        assert tunnel.last_word() == (DISCONNECT, b"\0disconnected by an administrator")
    assert gateway.wait_end() == 0
    gateway.start()
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.status == 401


def test_a_client_of_a_family_that_the_pool_lacks_is_told(client_host, new_gateway):
    gateway = new_gateway()
    del gateway.config["tunnel"]["address_pool"]
    gateway.start()
    token = token_for(client_host)
    with Tunnel(client_host, token, {"X-CSTP-Address-Type": "IPv4"}) as tunnel:
        assert tunnel.status == 503 and "family" in tunnel.header("X-Reason")
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.status == 200 and tunnel.header("X-CSTP-Address") is None


def test_many_clients_at_once_over_several_control_threads(client_host, new_gateway):
    gateway = new_gateway()
    gateway.config["process"] = {"control_threads": 3}
    gateway.start()

    def one_client(_):
        token = token_for(client_host)
        with Tunnel(client_host, token) as tunnel:
            assert tunnel.pings()
            return tunnel.header("X-CSTP-Address")

    with ThreadPoolExecutor(12) as pool:
        addresses = list(pool.map(one_client, range(48)))
    assert len(addresses) == 48
    # All are detached by now, none has lost its address to another.
    gateway.has_no_tunnel()
    sessions = gateway.ctl_json("sessions", "--all")
    assert sorted(one["ipv4"] for one in sessions) == sorted(addresses)
    assert len(set(addresses)) == 48
