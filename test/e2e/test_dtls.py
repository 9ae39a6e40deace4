"""sallyport on our gateway over DTLS: each way and each suite, and when there is none."""

import pytest

from lab.client import Client
from lab.datagrams import TO_GATEWAY, Recorder, carries_data_over
from lab.traffic import ping

HOST = "vpn.example.com"
PSK = "PSK-AES256-GCM-SHA384"


@pytest.fixture
def changed_gateway(untouched, new_gateway, vpn_client):
    """Starts a gateway with a changed configuration."""
    yield lambda **changes: new_gateway(**changes).start()
    vpn_client.close()


def wait_dtls(tunnel, gateway):
    """The session, once both ends say that DTLS is up, and in the same words."""
    said = tunnel.wait_output(r"(?m)^dtls up (\S+) (\S+)$")
    session = gateway.wait_dtls()
    assert session["dtls"] == {"state": "up", "version": said[1], "cipher": said[2]}, session
    return session


def test_with_a_pre_shared_key_by_default(gateway, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    session = wait_dtls(tunnel, gateway)
    assert session["dtls"]["version"] == "DTLSv1.2" and session["dtls"]["cipher"] == PSK
    assert session["mtu"] == 1434 and client_host.mtu() == 1434
    assert tunnel.stdout.splitlines()[0].endswith(" dtls negotiating")
    carries_data_over("udp", client_host, gateway)
    session = gateway.only_session()
    assert session["rx_bytes"] > 2 << 20 and session["tx_bytes"] > 2 << 20, session


@pytest.mark.parametrize(
    "option, cipher",
    [
        ("--dtls12-ciphers=AES256-GCM-SHA384", "AES256-GCM-SHA384"),
        ("--dtls12-ciphers=AES128-GCM-SHA256", "AES128-GCM-SHA256"),
        ("--dtls12-ciphers=ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"),
        ("--dtls-ciphers=OC-DTLS1_2-AES256-GCM", "AES256-GCM-SHA384"),
        ("--dtls-ciphers=OC-DTLS1_2-AES128-GCM", "AES128-GCM-SHA256"),
    ],
)
def test_by_resumption(gateway, client, client_host, pki, option, cipher):
    tunnel = client.start(pki, "--user=alice", option, HOST).wait_up()
    session = wait_dtls(tunnel, gateway)
    assert session["dtls"]["cipher"] == cipher and session["mtu"] == 1434, session
    assert client_host.mtu() == 1434
    carries_data_over("udp", client_host, gateway)


def test_the_gateways_order_decides(gateway, client, pki):
    tunnel = client.start(pki, "--user=alice", "--dtls12-ciphers=AES128-GCM-SHA256:AES256-GCM-SHA384", HOST)
    assert wait_dtls(tunnel.wait_up(), gateway)["dtls"]["cipher"] == "AES256-GCM-SHA384"


@pytest.mark.parametrize("cipher", ["AES256-SHA", "DHE-RSA-AES256-SHA", "AES128-SHA"])
def test_cbc_behind_the_switch_for_old_clients(changed_gateway, vpn_client, client_host, pki, cipher):
    gateway = changed_gateway(tls={"legacy": True})
    tunnel = vpn_client.start(pki, "--user=alice", f"--dtls12-ciphers={cipher}", HOST).wait_up()
    session = wait_dtls(tunnel, gateway)
    assert session["dtls"]["cipher"] == cipher, session
    assert client_host.mtu() == session["mtu"]
    carries_data_over("udp", client_host, gateway)
    for size in (session["mtu"] - 28, session["mtu"], 4000):
        assert ping(client_host, "10.20.0.1", size=size) == 3


def test_without_the_switch_there_is_no_cbc(gateway, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", "--dtls12-ciphers=AES256-SHA", HOST).wait_up()
    assert tunnel.stdout.splitlines()[0].endswith(" dtls none"), tunnel.stdout
    assert gateway.only_session()["dtls"]["state"] == "none"
    carries_data_over("tcp", client_host, gateway)


def test_over_ipv6(gateway, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", f"--resolve={HOST}:2001:db8::1", HOST).wait_up()
    assert wait_dtls(tunnel, gateway)["mtu"] == 1414  # the outer IPv6 header is 20 bytes longer
    assert client_host.mtu() == 1414
    carries_data_over("udp", client_host, gateway)


@pytest.mark.parametrize("mtu, inside, families", [(1280, 1214, 1), (1400, 1334, 2), (1500, 1434, 2)])
def test_each_path_is_filled_and_no_more(gateway, client, client_host, cable, pki, mtu, inside, families):
    cable(mtu)
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    assert wait_dtls(tunnel, gateway)["mtu"] == inside
    with Recorder(client_host) as seen:
        # One packet that just fits: one datagram as large as the cable takes, and no fragment.
        assert ping(client_host, "10.20.0.1", size=inside - 28) == 3
    assert max(len(one.payload) for one in seen.datagrams(TO_GATEWAY)) == mtu - 28
    assert ping(client_host, "10.20.0.1", size=4000) == 3
    # Below 1280 bytes there is no IPv6.
    carries_data_over("udp", client_host, gateway, *gateway.inner[:families])


def test_the_mtu_of_the_configuration_is_an_upper_bound(changed_gateway, vpn_client, client_host, pki):
    gateway = changed_gateway(tunnel={"mtu": 1300})
    tunnel = vpn_client.start(pki, "--user=alice", HOST).wait_up()
    assert wait_dtls(tunnel, gateway)["mtu"] == 1300 and client_host.mtu() == 1300
    carries_data_over("udp", client_host, gateway)


def test_two_clients(gateway, client, client_host, network, folder, pki):
    second = Client(network["other"], folder / "second")
    there = (f"--resolve={HOST}:192.0.2.1", HOST)
    try:
        tunnels = [
            client.start(pki, "--user=alice", HOST).wait_up(),
            second.start(pki, "--user=alice", "--dtls12-ciphers=AES128-GCM-SHA256", *there).wait_up(),
        ]
        for tunnel, cipher in zip(tunnels, (PSK, "AES128-GCM-SHA256"), strict=True):
            tunnel.wait_output(f"(?m)^dtls up DTLSv1.2 {cipher}$")
        for host in (client_host, network["other"]):
            carries_data_over("udp", host, gateway)
    finally:
        second.close()


def test_the_local_port_may_be_chosen(gateway, client, client_host, pki):
    with Recorder(client_host) as seen:
        tunnel = client.start(pki, "--user=alice", "--dtls-local-port=40404", HOST).wait_up()
        wait_dtls(tunnel, gateway)
        carries_data_over("udp", client_host, gateway, "10.20.0.1")
    assert {one.source[1] for one in seen.datagrams(TO_GATEWAY)} == {40404}


def test_no_dtls_sends_no_datagram(gateway, client, client_host, pki):
    with Recorder(client_host) as seen:
        tunnel = client.start(pki, "--user=alice", "--no-dtls", HOST).wait_up()
        assert tunnel.stdout.splitlines()[0].endswith(" dtls none"), tunnel.stdout
        session = gateway.only_session()
        assert session["dtls"] == {"state": "none", "version": None, "cipher": None}
        assert session["mtu"] == 1418 and client_host.mtu() == 1418
        carries_data_over("tcp", client_host, gateway)
    assert seen.datagrams() == []


def test_a_gateway_without_udp_offers_no_dtls(changed_gateway, vpn_client, client_host, pki):
    gateway = changed_gateway(listen={"udp": ""})
    with Recorder(client_host) as seen:
        tunnel = vpn_client.start(pki, "--user=alice", HOST).wait_up()
        assert tunnel.stdout.splitlines()[0].endswith(" dtls none"), tunnel.stdout
        assert "no DTLS, all data goes over TLS" in tunnel.output
        assert gateway.only_session()["mtu"] == 1418 and client_host.mtu() == 1418
        carries_data_over("tcp", client_host, gateway)
    assert seen.datagrams() == []
    assert ":443" not in gateway.host.run("ss", "-Hlun").stdout


@pytest.mark.parametrize("address, dtls", [("2001:db8::1", "none"), ("192.0.2.1", "negotiating")])
def test_dtls_is_offered_at_the_addresses_that_have_it(
    changed_gateway, vpn_client, client_host, pki, address, dtls
):
    gateway = changed_gateway(listen={"udp": "192.0.2.1:443"})
    tunnel = vpn_client.start(pki, "--user=alice", f"--resolve={HOST}:{address}", HOST).wait_up()
    assert tunnel.stdout.splitlines()[0].endswith(f" dtls {dtls}"), tunnel.stdout
    if dtls == "negotiating":
        wait_dtls(tunnel, gateway)
    carries_data_over("tcp" if dtls == "none" else "udp", client_host, gateway)


def test_another_udp_port(changed_gateway, vpn_client, client_host, pki):
    gateway = changed_gateway(listen={"udp": "192.0.2.1:4433"})
    tunnel = vpn_client.start(pki, "--user=alice", HOST).wait_up()
    wait_dtls(tunnel, gateway)
    with Recorder(client_host, 4433) as seen:
        assert ping(client_host, "10.20.0.1") == 3
    assert len([one for one in seen.datagrams() if one.is_data]) >= 6


@pytest.mark.parametrize("option", ["--dtls-ciphers=AES256-GCM-SHA384", "--dtls12-ciphers=AES128-SHA:ROT13"])
def test_an_unknown_suite_is_an_error_of_the_command_line(vpn_client, pki, option):
    done = vpn_client.connect("--cafile", pki.ca, option, HOST)
    assert done.returncode == 1, done.stdout
    assert "there is no DTLS suite" in done.stdout, done.stdout
