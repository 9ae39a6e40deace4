"""sallyport renews its keys with a new tunnel, as the gateway wishes."""

import signal

import pytest

from lab import firewall
from lab.ocserv import PORT, Ocserv
from lab.traffic import Talk, carries_data, echo_server

HOST = "vpn.example.com"
INNER = "10.20.0.1"


@pytest.fixture(scope="module")
def shared_gateway(shared_gateway):
    policy = shared_gateway.config["group_policy"]["staff"]
    policy.update(rekey="1s", rekey_method="new-tunnel")
    return shared_gateway


@pytest.mark.parametrize("options", [["--no-dtls"], []])
def test_data_goes_on_while_the_keys_are_renewed(gateway, client, client_host, pki, options):
    tunnel = client.start(pki, "--user=alice", *options, HOST).wait_up()
    before = gateway.only_session()
    with echo_server(gateway.host, INNER), Talk(client_host, INNER) as talk:
        tunnel.wait_back(2)
        talk.goes_on()
    now = gateway.only_session()
    assert [now[name] for name in ("id", "ipv4", "ipv6")] == [before[name] for name in ("id", "ipv4", "ipv6")]
    if not options:
        tunnel.wait_dtls_back()
    assert "lost" not in tunnel.output and "DTLS has ended" not in tunnel.output, tunnel.output


def test_a_session_is_listed_at_every_moment(gateway, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    for _ in range(100):
        tunnel.send(signal.SIGUSR2)
        for _ in range(4):  # also while its new tunnel is being made
            assert gateway.only_session()["state"] == "connected"
    tunnel.wait_back(10)
    carries_data(client_host, gateway, INNER)


def test_a_try_that_fails_costs_nothing(gateway, client, client_host, pki):
    # Without a way to the gateway for anything new; what is established goes on.
    tunnel = client.start(pki, "--user=alice", "--no-dtls", HOST).wait_up()
    new_connections = "tcp dport 443 tcp flags & (syn | ack) == syn reject with tcp reset"
    with firewall.Rules(client_host, ("output", 0, new_connections)):
        tunnel.wait_output("no new connection, the old one goes on: cannot reach .*; the next try is in 30 s")
        carries_data(client_host, gateway, INNER)
    assert "lost" not in tunnel.output and "reconnect " not in tunnel.stdout


def test_on_ocserv(new_ocserv, untouched, vpn_client, client_host, pki):
    # Up to 30 s ocserv announces the time as it is, beyond that up to half a minute more or less.
    ocserv = new_ocserv(rekey_time=1, rekey_method="new-tunnel", udp_port=PORT).start()
    tunnel = vpn_client.start(pki, "--user=alice", f"{HOST}:{PORT}").wait_up()
    before = ocserv.only_user()["IPv4"]
    with echo_server(ocserv.host, Ocserv.inner[0]), Talk(client_host, Ocserv.inner[0]) as talk:
        tunnel.wait_back(2)
        talk.goes_on()
    assert ocserv.only_user()["IPv4"] == before
    assert "lost" not in tunnel.output, tunnel.output
