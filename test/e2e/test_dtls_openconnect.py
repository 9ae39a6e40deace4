"""Debian's openconnect on our gateway over DTLS."""

import contextlib

import pytest

from lab.client import OpenConnect
from lab.datagrams import Recorder, carries_data_over
from lab.firewall import dropped
from lab.run import wait_until
from lab.traffic import ping

HOST = "vpn.example.com"
PSK = "PSK-AES256-GCM-SHA384"
ESTABLISHED = "Established DTLS connection"


def wait_dtls(tunnel, gateway):
    """The session, once both ends say that DTLS is up."""
    tunnel.wait_output(ESTABLISHED)
    return gateway.wait_dtls()


def connect(openconnect, pki, *options):
    return openconnect.start(pki, "--user=alice", *options, HOST).wait_up()


@pytest.mark.parametrize(
    "options, cipher, said",
    [
        ([], PSK, "(DTLS1.2)-(PSK)-(AES-256-GCM)"),
        (
            ["--gnutls-priority=NORMAL:-CIPHER-ALL:+CHACHA20-POLY1305"],
            "PSK-CHACHA20-POLY1305",
            "(DTLS1.2)-(PSK)-(CHACHA20-POLY1305)",
        ),
        (["--dtls-ciphers=OC-DTLS1_2-AES256-GCM"], "AES256-GCM-SHA384", "(DTLS1.2)-(RSA)-(AES-256-GCM)"),
        (["--dtls-ciphers=OC-DTLS1_2-AES128-GCM"], "AES128-GCM-SHA256", "(DTLS1.2)-(RSA)-(AES-128-GCM)"),
        (["--dtls12-ciphers=AES256-GCM-SHA384"], "AES256-GCM-SHA384", "(DTLS1.2)-(RSA)-(AES-256-GCM)"),
        (
            ["--dtls12-ciphers=ECDHE-RSA-AES256-GCM-SHA384"],
            "ECDHE-RSA-AES256-GCM-SHA384",
            "(DTLS1.2)-(ECDHE-RSA)-(AES-256-GCM)",
        ),
    ],
)
def test_each_way(gateway, openconnect, client_host, pki, options, cipher, said):
    tunnel = connect(openconnect, pki, *options)
    session = wait_dtls(tunnel, gateway)
    assert session["dtls"] == {"state": "up", "version": "DTLSv1.2", "cipher": cipher}
    assert f"Ciphersuite {said}." in tunnel.output, tunnel.output
    assert session["mtu"] == 1434
    carries_data_over("udp", client_host, gateway)


def test_its_mtu_detection_finds_what_was_announced(gateway, openconnect, client_host, pki):
    tunnel = connect(openconnect, pki)
    wait_dtls(tunnel, gateway)
    tunnel.wait_output(r"No change in MTU after detection \(was 1434\)")
    assert " mtu 1434 " in client_host.ip("link", "show", "tun0")
    with Recorder(client_host) as seen:
        assert ping(client_host, "10.20.0.1", size=1434 - 28) == 3
    assert max(len(one.payload) for one in seen.datagrams()) == 1472


@pytest.mark.parametrize("mtu, inside, families", [(1280, 1214, 1), (1400, 1334, 2)])
def test_a_narrow_path(gateway, openconnect, client_host, cable, pki, mtu, inside, families):
    cable(mtu)
    tunnel = connect(openconnect, pki)
    assert wait_dtls(tunnel, gateway)["mtu"] == inside
    tunnel.wait_output(rf"No change in MTU after detection \(was {inside}\)")
    carries_data_over("udp", client_host, gateway, *gateway.inner[:families])


@pytest.mark.parametrize("options", [[], ["--dtls12-ciphers=AES256-GCM-SHA384"]])
def test_over_ipv6(gateway, openconnect, client_host, pki, options):
    tunnel = connect(openconnect, pki, f"--resolve={HOST}:2001:db8::1", *options)
    assert wait_dtls(tunnel, gateway)["mtu"] == 1414
    # There it begins with an estimate of its own, 12 bytes too low, at ocserv as well.
    tunnel.wait_output(r"Detected MTU of 1402 bytes \(was 1414\)")
    carries_data_over("udp", client_host, gateway)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_the_key_comes_out_of_either_tls(gateway, openconnect, client_host, pki, version):
    priority = f"--gnutls-priority=NORMAL:-VERS-ALL:+VERS-TLS{version}:+VERS-DTLS1.2"
    tunnel = connect(openconnect, pki, priority)
    session = wait_dtls(tunnel, gateway)
    assert session["tls"]["version"] == f"TLSv{version}" and session["dtls"]["cipher"] == PSK
    carries_data_over("udp", client_host, gateway)


@pytest.mark.parametrize("option", ["--dtls-ciphers=AES256-SHA", "--dtls12-ciphers=AES256-SHA", "--no-dtls"])
def test_what_is_not_offered_goes_over_tls(gateway, openconnect, client_host, pki, option):
    with Recorder(client_host) as seen:
        tunnel = connect(openconnect, pki, option)
        assert gateway.only_session()["dtls"]["state"] == "none"
        assert gateway.only_session()["mtu"] == 1418
        carries_data_over("tcp", client_host, gateway)
    assert seen.datagrams() == [] and ESTABLISHED not in tunnel.output


@pytest.mark.parametrize("cipher, said", [("AES256-SHA", "RSA"), ("DHE-RSA-AES256-SHA", "DHE-CUSTOM")])
def test_cbc_behind_the_switch_for_old_clients(
    new_gateway, client_host, folder, pki, cipher, said
):
    gateway = new_gateway(tls={"legacy": True}).start()
    with contextlib.closing(OpenConnect(client_host, folder / f"cbc-{cipher}")) as openconnect:
        tunnel = connect(openconnect, pki, f"--dtls12-ciphers={cipher}")
        session = wait_dtls(tunnel, gateway)
        assert session["dtls"]["cipher"] == cipher
        assert f"(DTLS1.2)-({said})-(AES-256-CBC)" in tunnel.output, tunnel.output
        tunnel.wait_output(rf"No change in MTU after detection \(was {session['mtu']}\)")
        carries_data_over("udp", client_host, gateway)


def test_two_clients(gateway, openconnect, client_host, network, folder, pki):
    with contextlib.closing(OpenConnect(network["other"], folder / "second")) as second:
        for one in (openconnect, second):
            connect(one, pki, f"--resolve={HOST}:192.0.2.1").wait_output(ESTABLISHED)
        for host in (client_host, network["other"]):
            carries_data_over("udp", host, gateway)
        assert [one["dtls"]["state"] for one in gateway.ctl_json("sessions")] == ["up", "up"]


def test_goodbye_ends_dtls_too(gateway, openconnect, client_host, pki):
    tunnel = connect(openconnect, pki)
    wait_dtls(tunnel, gateway)
    assert tunnel.stop() == 0, tunnel.output
    gateway.has_no_session()


def test_data_comes_back_over_tls_when_udp_is_lost(new_gateway, client_host, folder, pki):
    gateway = new_gateway()
    gateway.config["group_policy"]["staff"]["dpd"] = "2s"  # openconnect's measure of silence
    gateway.start()
    with contextlib.closing(OpenConnect(client_host, folder / "lost")) as openconnect:
        tunnel = connect(openconnect, pki)
        wait_dtls(tunnel, gateway)
        carries_data_over("udp", client_host, gateway, "10.20.0.1")
        with dropped(gateway.host):
            tunnel.wait_output("DTLS Dead Peer Detection detected dead peer!", 20)
            wait_until(
                lambda: gateway.only_session()["dtls"]["state"] != "up", 15, "the gateway notices too"
            )
            carries_data_over("tcp", client_host, gateway)
