"""Three tunnel workers: each session is one's, whatever queue or socket the kernel puts its packets in."""

import contextlib

import pytest

from lab import processes
from lab.anyconnect import AnyConnect, Tunnel
from lab.traffic import carries_data

HOST = "vpn.example.com"
WORKERS = 3
TRIES = 6  # sessions' numbers are drawn: all workers get some


@pytest.fixture(scope="module")
def shared_gateway(shared_gateway):
    shared_gateway.config["process"] = {"workers": WORKERS}
    return shared_gateway


def test_the_status_tells_the_workers_and_what_they_use(gateway):
    status = gateway.ctl_json("status")
    assert status["workers"] == WORKERS
    path = status["data_path"]
    assert path["crypto"] in ("ipsec-mb", "OpenSSL")
    assert path["tun_offload"] in ("tcp", "tcp_and_udp")
    assert path["coalesce_tcp"] and path["udp_gso"] and path["udp_gro"], path
    path["dropped"].pop("no_session")  # the machine's own multicasts
    assert set(path["dropped"].values()) == {0}, path
    assert "TUN offload" in gateway.ctl("status").stdout


@pytest.mark.parametrize("options", [["--no-dtls"], []], ids=["tls", "dtls"])
def test_our_client(gateway, client, client_host, pki, options):
    for _ in range(TRIES):
        tunnel = client.start(pki, "--user=alice", *options, HOST).wait_up()
        if not options:
            gateway.wait_dtls()
        carries_data(client_host, gateway)
        assert tunnel.stop() == 0
        gateway.has_no_session()


def test_openconnect(gateway, openconnect, client_host, pki):
    for _ in range(TRIES):
        tunnel = openconnect.start(pki, "--user=alice", HOST).wait_up()
        gateway.wait_dtls()
        carries_data(client_host, gateway)
        tunnel.stop()
        gateway.has_no_session()


def test_sessions_of_all_workers_beside_each_other(client_host):
    with contextlib.ExitStack() as stack:
        tunnels = []
        for _ in range(4 * WORKERS):
            with AnyConnect(client_host) as anyconnect:
                token = anyconnect.log_in()
            tunnels.append(stack.enter_context(Tunnel(client_host, token)))
        assert all(tunnel.pings() for tunnel in tunnels)


def test_they_go_on_over_a_crash(gateway, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    former = gateway.kill("gateway")
    gateway.wait_replaced("gateway", former)
    tunnel.wait_back()
    carries_data(client_host, gateway)
    assert processes.threads(gateway.roles()["gateway"]) >= WORKERS + 2
