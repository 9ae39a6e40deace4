"""A gigabyte each way arrives byte by byte, whatever happens to DTLS and to the keys meanwhile."""

import signal

import pytest

from lab.bulk import Bulk
from lab.firewall import lost
from lab.run import sanitized
from lab.traffic import echo_server

HOST = "vpn.example.com"
SIZE = 1 << 28 if sanitized() else 1 << 30
OFF = ["--no-tun-offload", "--no-udp-gso", "--no-coalesce-udp", "--dtls-crypto=openssl"]


@pytest.fixture
def tunnelled(new_gateway, vpn_client, untouched):
    """A gateway that renews keys every other second; with offloads or without, at both ends."""

    def start(pki, offloads, *options):
        gateway = new_gateway()
        gateway.config["group_policy"]["staff"].update(rekey="2s", rekey_method="ssl")
        if not offloads:
            off = {"tun_offload": False, "udp_gso": False, "coalesce_udp": False, "dtls_crypto": "openssl"}
            gateway.config["tunnel"].update(off)
        gateway.start()
        switches = [] if offloads else OFF
        return gateway, vpn_client.start(pki, "--user=alice", *switches, *options, HOST).wait_up()

    yield start
    vpn_client.close()


@pytest.mark.parametrize("family", [0, 1], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize("offloads", [True, False], ids=["offloads", "none"])
def test_over_dtls_that_goes_and_comes_back(tunnelled, network, client_host, pki, offloads, family):
    gateway, tunnel = tunnelled(pki, offloads)
    gateway.wait_dtls()
    inner = gateway.inner[family]
    with echo_server(gateway.host, inner), Bulk(client_host, inner, SIZE) as bulk:
        bulk.reaches(0.1)
        tunnel.send(signal.SIGUSR2)  # another tunnel, of new keys
        tunnel.wait_back()
        bulk.reaches(0.3)
        with lost(client_host, network.gateway):
            tunnel.wait_output("DTLS has ended", seconds=60)
            bulk.reaches(0.4)
    assert gateway.ctl_json("status")["data_path"]["tun_offload"] == ("tcp_and_udp" if offloads else "none")


@pytest.mark.parametrize("family", [0, 1], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize("offloads", [True, False], ids=["offloads", "none"])
def test_over_tls_with_ever_new_keys(tunnelled, client_host, pki, offloads, family):
    gateway, tunnel = tunnelled(pki, offloads, "--no-dtls")
    inner = gateway.inner[family]
    with echo_server(gateway.host, inner), Bulk(client_host, inner, SIZE) as bulk:
        bulk.reaches(0.5)
        tunnel.send(signal.SIGUSR2)
        tunnel.wait_back()
