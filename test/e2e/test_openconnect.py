"""Debian's openconnect on our gateway: phases 1, 2, 3 and 5, and data over TLS."""

import signal

import pytest

from lab.client import OpenConnect
from lab.traffic import carries_data

HOST = "vpn.example.com"


def test_a_login_gives_a_token_and_the_certificate_that_was_shown(gateway, openconnect, pki):
    done = openconnect.authenticate(pki, "--user=alice", "--passwd-on-stdin", HOST, password="correct horse")
    assert done.returncode == 0, done.stdout
    assert "COOKIE='" in done.stdout, done.stdout


def test_data_after_a_login_by_version_1(gateway, openconnect, client_host, pki):
    openconnect.start(pki, "--user=alice", "--no-xmlpost", HOST).wait_up()
    carries_data(client_host, gateway, "10.20.0.1")


def test_a_wrong_password_is_refused(gateway, openconnect, pki):
    done = openconnect.authenticate(pki, "--user=alice", "--passwd-on-stdin", HOST, password="wrong")
    assert done.returncode == 1, done.stdout  # it may not ask again
    assert "Login failed" in done.stdout, done.stdout
    assert "COOKIE" not in done.stdout


@pytest.mark.parametrize("address, inner", [("192.0.2.1", "10.20.0.1"), ("192.0.2.1", "fd20::1")])
def test_data_over_tls(gateway, openconnect, client_host, pki, address, inner):
    where = f"--resolve={HOST}:{address}"
    openconnect.start(pki, "--user=alice", "--no-dtls", where, HOST).wait_up()
    carries_data(client_host, gateway, inner)
    session = gateway.only_session()
    assert session["user"] == "alice" and session["connection_profile"] == "Employees", session
    assert session["rx_bytes"] > 1 << 20 and session["tx_bytes"] > 1 << 20, session
    assert session["mtu"] == 1418 and session["tls"]["version"] == "TLSv1.3", session


def test_the_login_over_ipv6(gateway, openconnect, client_host, pki):
    openconnect.start(pki, "--user=alice", "--no-dtls", f"--resolve={HOST}:2001:db8::1", HOST).wait_up()
    assert gateway.only_session()["mtu"] == 1398  # the outer IPv6 header is 20 bytes longer
    carries_data(client_host, gateway, "10.20.0.1")


def test_the_banner_and_what_the_policy_says_reach_the_client(gateway, openconnect, client_host, pki):
    tunnel = openconnect.start(pki, "--user=alice", HOST).wait_up()
    assert "Welcome" in tunnel.output
    assert "nameserver 10.20.0.1" in client_host.run("cat", "/etc/resolv.conf").stdout
    assert "tun0" in client_host.run("ip", "route", "get", "203.0.113.7").stdout


def test_ctrl_c_ends_the_session_and_its_token(gateway, openconnect, client_host, pki):
    tunnel = openconnect.start(pki, "--user=alice", HOST).wait_up()
    assert gateway.only_session()["state"] == "connected"
    assert tunnel.stop() == 0, tunnel.output
    gateway.has_no_session()


def test_a_detached_client_leaves_its_session(gateway, openconnect, pki):
    tunnel = openconnect.start(pki, "--user=alice", HOST).wait_up()
    before = gateway.only_session()
    tunnel.send(signal.SIGHUP)
    assert tunnel.wait_end() == 0, tunnel.output
    gateway.has_no_tunnel()
    left = gateway.ctl_json("sessions", "--all")
    assert [one["state"] for one in left] == ["detached"], left
    assert left[0]["id"] == before["id"] and left[0]["ipv4"] == before["ipv4"]
    gateway.ctl("disconnect", str(before["id"]))
    assert gateway.ctl_json("sessions", "--all") == []


def test_an_admin_ends_a_session(gateway, openconnect, pki):
    tunnel = openconnect.start(pki, "--user=alice", HOST).wait_up()
    gateway.ctl("disconnect", "--user", "alice")
    assert tunnel.wait_end() != 0
    assert "disconnected by an administrator" in tunnel.output
    assert gateway.ctl_json("sessions", "--all") == []


def test_two_clients_have_addresses_of_their_own(gateway, openconnect, network, folder, pki):
    openconnect.start(pki, "--user=alice", HOST).wait_up()
    second = OpenConnect(network["other"], folder / "second")
    try:
        second.start(pki, "--user=alice", f"--resolve={HOST}:192.0.2.1", HOST).wait_up()
        addresses = {one["ipv4"] for one in gateway.ctl_json("sessions")}
        assert len(addresses) == 2, addresses
    finally:
        second.close()
