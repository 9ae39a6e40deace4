"""Paths that are narrower than they look: what does not fit goes over TLS until the client knows better."""

from lab.datagrams import carries_data_over
from lab.firewall import narrow
from lab.traffic import carries_data

HOST = "vpn.example.com"


def mtu_after(tunnel, seconds=20) -> int:
    """The one that the client sets the interface up with anew."""
    return int(tunnel.wait_output(r"(?m)^reconnect mtu (\d+) dtls$", seconds)[1])


def test_a_router_that_swallows_large_datagrams_is_found_out(gateway, client, client_host, network, pki):
    with narrow(client_host, network.gateway, 1400):
        tunnel = client.start(pki, "--user=alice", HOST).wait_up()
        tunnel.wait_output(r"(?m)^dtls up ")
        carries_data(client_host, gateway, "10.20.0.1")  # the search goes on meanwhile
        mtu = mtu_after(tunnel)
        # Headers of UDP and of the record, nonce, tag and type leave 1354 of 1400; the search is content with
        # a little less.
        assert 1354 - 8 <= mtu <= 1354
        assert client_host.mtu() == mtu
        carries_data_over("udp", client_host, gateway)


def test_ipv6_stays_in_the_tunnel_where_dtls_has_no_room_for_it(gateway, client, client_host, network, pki):
    with narrow(client_host, network.gateway, 1200):
        tunnel = client.start(pki, "--user=alice", HOST).wait_up()
        assert mtu_after(tunnel) == 1280  # what IPv6 needs: larger packets than DTLS carries go over TLS
        assert "inet6 fd20" in client_host.ip("address", "show", "dev", "sally0")
        carries_data(client_host, gateway)
        assert gateway.only_session()["dtls"]["state"] == "up"


def test_a_path_that_gets_narrower_in_mid_session(gateway, client, client_host, cable, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    tunnel.wait_output(r"(?m)^dtls up ")
    carries_data_over("udp", client_host, gateway)
    cable(1400)
    carries_data(client_host, gateway, "10.20.0.1")
    assert 1334 - 8 <= mtu_after(tunnel) <= 1334
    carries_data_over("udp", client_host, gateway)
