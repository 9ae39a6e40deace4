"""DTLS that is up: networks that change under it, strangers that disturb it, and its end."""

import contextlib
import os
import signal

import pytest

from lab import firewall
from lab.anyconnect import AnyConnect, Tunnel
from lab.client import OpenConnect
from lab.datagrams import (
    ALERT,
    APPLICATION_DATA,
    FROM_GATEWAY,
    HANDSHAKE,
    TO_GATEWAY,
    Recorder,
    another_hello,
    answers,
    carries_data_over,
    forge,
    record,
)
from lab.run import wait_until
from lab.traffic import Talk, echo_server, ping

HOST = "vpn.example.com"
INNER = "10.20.0.1"
SUITES = [[], ["--dtls12-ciphers=AES256-GCM-SHA384"]]
PORT, OTHER_PORT = 40404, 50505
GATEWAY = ("192.0.2.1", 443)


@pytest.fixture
def seen(client_host):
    """The client's cable, from before the tunnel."""
    with Recorder(client_host) as recorder:
        yield recorder


def has_dtls(gateway):
    return gateway.only_session()["dtls"]["state"] == "up"


def bring_up(client, pki, gateway, *options):
    tunnel = client.start(pki, "--user=alice", *options, HOST).wait_up()
    tunnel.wait_output(r"(?m)^dtls up ")
    gateway.wait_dtls()
    return tunnel


# Networks that change


@pytest.mark.parametrize("options", SUITES)
def test_a_transfer_goes_on_over_tls_when_udp_is_lost_and_comes_back(
    gateway, client, client_host, pki, options
):
    tunnel = bring_up(client, pki, gateway, *options)
    with echo_server(gateway.host, INNER), Talk(client_host, INNER) as talk:
        talk.goes_on()
        with firewall.lost(client_host, gateway.host):
            tunnel.wait_output("DTLS has ended, data goes over TLS", 20)
            wait_until(lambda: not has_dtls(gateway), 5, "the gateway has noticed too")
            talk.goes_on()
        tunnel.wait_output(r"(?m)^dtls up (?s:.*)^dtls up ", 10)
        talk.goes_on()
    carries_data_over("udp", client_host, gateway)
    assert "reconnect" not in tunnel.stdout


def test_a_tunnel_without_data_notices_too(new_gateway, vpn_client, client_host, pki):
    gateway = new_gateway()
    gateway.config["group_policy"]["staff"]["dpd"] = "2s"
    gateway.start()
    tunnel = bring_up(vpn_client, pki, gateway)
    with firewall.lost(client_host, gateway.host):
        tunnel.wait_output("DTLS has ended, data goes over TLS", 20)
        wait_until(lambda: not has_dtls(gateway), 5, "the gateway has noticed too")
        carries_data_over("tcp", client_host, gateway)


def test_a_new_port_is_followed(gateway, client, client_host, pki, seen):
    tunnel = bring_up(client, pki, gateway, f"--dtls-local-port={PORT}")
    before = gateway.only_session()
    for port in (OTHER_PORT, OTHER_PORT + 1):
        logged = len(gateway.log)
        with firewall.nat_port(client_host, PORT, port):
            carries_data_over("udp", client_host, gateway, INNER)
            assert gateway.wait_log("DTLS goes on", after=logged).count(f"peer=192.0.2.2:{port}") == 1
            assert has_dtls(gateway)
        used = {one.destination[1] for one in seen.datagrams(FROM_GATEWAY)}
        assert port in used, used
    assert gateway.only_session()["id"] == before["id"]
    assert len(seen.hellos()) == 1 and "DTLS has ended" not in tunnel.output


def test_old_records_from_elsewhere_move_nothing(gateway, client, client_host, network, pki, seen):
    bring_up(client, pki, gateway)
    ping(client_host, INNER, 10)
    captured = [one.payload for one in seen.datagrams(TO_GATEWAY) if one.is_data]
    assert len(captured) > 10
    logged = len(gateway.log)
    for host in (client_host, network["other"]):  # another port of the same address, and another address
        assert answers(host, *captured) == []
    carries_data_over("udp", client_host, gateway, INNER)
    assert "DTLS goes on" not in gateway.log[logged:] and len(seen.hellos()) == 1


def test_another_address_needs_a_hello(gateway, client, client_host, network, pki, seen):
    bring_up(client, pki, gateway)
    ping(client_host, INNER)
    # Newer than all that has arrived: the firewall keeps it away, and its like come from a stranger.
    with firewall.dropped(gateway.host, source=client_host.ipv4):
        count = len(seen.datagrams(TO_GATEWAY))
        client_host.run("ping", "-c", "1", "-W", "0.2", INNER, check=False)
        newer = [one.payload for one in seen.datagrams(TO_GATEWAY)[count:] if one.is_data]
    assert newer and answers(network["other"], *newer) == []
    carries_data_over("udp", client_host, gateway, INNER)


# Strangers


@pytest.mark.parametrize("options", SUITES)
def test_a_replayed_hello_is_not_answered(gateway, client, client_host, network, pki, seen, options):
    bring_up(client, pki, gateway, *options)
    hello = seen.hellos()[0].payload
    for host in (client_host, network["other"]):
        assert answers(host, *[hello] * 10) == []
    carries_data_over("udp", client_host, gateway, INNER)
    assert has_dtls(gateway)


def test_hellos_with_unknown_ids_are_not_answered(gateway, client, client_host, network, pki, seen):
    bring_up(client, pki, gateway)
    hello = seen.hellos()[0]
    strays = [another_hello(hello, os.urandom(32)) for _ in range(50)]
    strays += [another_hello(hello, bytes(32)), another_hello(hello, b"\xff" * 32)]
    for host in (client_host, network["other"]):
        assert answers(host, *strays) == []
    carries_data_over("udp", client_host, gateway, INNER)
    assert has_dtls(gateway) and len(seen.hellos()) == 1 + len(strays)


@pytest.mark.parametrize("options", SUITES)
def test_handshakes_that_strangers_begin_disturb_nothing(
    gateway, client, client_host, network, pki, seen, options
):
    # Somebody on the way has read the id; he has no key.
    bring_up(client, pki, gateway, *options)
    hello = seen.hellos()[0]
    came = answers(network["other"], *(another_hello(hello) for _ in range(20)))
    assert 0 < len(came) < 20, "a few handshakes at once, no more"
    carries_data_over("udp", client_host, gateway, INNER)
    assert has_dtls(gateway)


def garbage():
    sizes = (0, 1, 12, 13, 14, 25, 59, 60, 91, 92, 200, 1472, 9000, 65507)
    yield from (os.urandom(size) for size in sizes)
    for kind in (ALERT, HANDSHAKE, APPLICATION_DATA, 20, 24, 0, 255):
        for epoch in (0, 1, 2, 65535):
            yield record(kind, b"", epoch)
            yield record(kind, os.urandom(40), epoch, sequence=1 << 30)
            yield record(kind, os.urandom(40), epoch)[:20]
    for level in (1, 2):
        for description in (0, 10, 40, 80, 100):
            yield record(ALERT, bytes([level, description]))


def test_garbage_is_not_answered(gateway, client, client_host, network, pki):
    bring_up(client, pki, gateway)
    roles = gateway.roles()
    for host in (client_host, network["other"]):
        assert answers(host, *garbage()) == []
    assert gateway.roles() == roles
    carries_data_over("udp", client_host, gateway, INNER)
    assert has_dtls(gateway)


@pytest.mark.parametrize("options", SUITES)
@pytest.mark.parametrize("way", [TO_GATEWAY, FROM_GATEWAY])
def test_forged_datagrams_end_nothing(gateway, client, client_host, pki, seen, options, way):
    tunnel = bring_up(client, pki, gateway, f"--dtls-local-port={PORT}", *options)
    ends = ((client_host.ipv4, PORT), GATEWAY)
    host = client_host if way == TO_GATEWAY else gateway.host
    source, destination = ends if way == TO_GATEWAY else reversed(ends)
    hello = seen.hellos()[0]
    small = [one for one in garbage() if len(one) < 1472]
    count = len(seen.datagrams(FROM_GATEWAY))
    forge(host, source, destination, *small, hello.payload, another_hello(hello))
    if way == TO_GATEWAY:  # a hello with the right id is answered: they did arrive
        wait_until(lambda: len(seen.datagrams(FROM_GATEWAY)) > count, 3, "an answer to the last hello")
    carries_data_over("udp", client_host, gateway, INNER)
    assert has_dtls(gateway) and "DTLS has ended" not in tunnel.output


# Its end


def is_answered(host, hello):
    return answers(host, another_hello(hello)) != []


def test_a_second_connect_ends_the_dtls_of_the_first(gateway, client_host, network, folder, pki, seen):
    with AnyConnect(client_host) as login:
        token = login.log_in()
    with contextlib.closing(OpenConnect(client_host, folder / "first")) as openconnect:
        tunnel = openconnect.start(pki, f"--cookie=webvpn={token}", HOST).wait_up()
        gateway.wait_dtls()
        carries_data_over("udp", client_host, gateway, INNER)
        hello = seen.hellos()[0]
        assert is_answered(network["other"], hello)
        tunnel.send(signal.SIGSTOP)  # it would connect again at once
        try:
            with Tunnel(client_host, token) as second:
                assert second.status == 200
                wait_until(lambda: not has_dtls(gateway), 3, "the session has no DTLS")
                assert not is_answered(network["other"], hello)
        finally:
            gateway.ctl("disconnect", "--all")
            tunnel.send(signal.SIGCONT)


def admin(_, gateway):
    gateway.ctl("disconnect", "--all")


def ctrl_c(tunnel, _):
    tunnel.send(signal.SIGINT)


def hang_up(tunnel, _):
    tunnel.send(signal.SIGHUP)


@pytest.mark.parametrize("end", [admin, ctrl_c, hang_up])
@pytest.mark.parametrize("options", SUITES)
def test_with_the_tunnel_its_dtls_ends(gateway, client, network, client_host, pki, seen, options, end):
    tunnel = bring_up(client, pki, gateway, *options)
    carries_data_over("udp", client_host, gateway, INNER)
    hello = seen.hellos()[0]
    assert is_answered(network["other"], hello)
    end(tunnel, gateway)
    tunnel.wait_end()
    gateway.has_no_tunnel()
    assert not is_answered(network["other"], hello)
    data = [one.payload for one in seen.datagrams(TO_GATEWAY) if one.is_data]
    assert answers(client_host, *data[-10:]) == []


def test_with_a_killed_gateway_process_dtls_ends_and_comes_back(gateway, client, client_host, pki):
    tunnel = bring_up(client, pki, gateway)
    carries_data_over("udp", client_host, gateway, INNER)
    gateway.wait_replaced("gateway", gateway.kill("gateway"))
    tunnel.wait_output(r"(?m)^dtls up (?s:.*)^reconnect (?s:.*)^dtls up ")
    gateway.wait_dtls()
    carries_data_over("udp", client_host, gateway, INNER)
