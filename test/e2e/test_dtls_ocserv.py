"""sallyport on Debian's ocserv over DTLS.

A client that is blocked runs beside the first tests, since it takes half a minute to give up.
"""

import contextlib
from ipaddress import ip_address

import pytest

from lab import firewall
from lab.client import Client
from lab.datagrams import Recorder, carries_data_over
from lab.ocserv import PORT, Ocserv
from lab.run import wait_until
from lab.traffic import Talk, echo_server, ping

HOST = f"vpn.example.com:{PORT}"
RESOLVE = "--resolve=vpn.example.com:192.0.2.1"
IPV4 = Ocserv.inner[0]
UDP = {"udp_port": PORT, "route": ["10.30.0.0/24", "fd20:0:0:30::/64"]}
PSK = "PSK-AES256-GCM-SHA384"


@pytest.fixture(scope="module")
def shared_ocserv(network, folder, pair):
    made = Ocserv(network.gateway, folder / "shared", pair)
    made.config.update({key.replace("_", "-"): value for key, value in UDP.items()})
    yield made.start()
    made.stop()


@pytest.fixture(scope="module")
def blocked(shared_ocserv, network, folder, pki):
    """A tunnel from the other host whose datagrams vanish, and what is seen of them."""
    other = network["other"]
    with contextlib.closing(Client(other, folder / "blocked")) as client, Recorder(other, PORT) as seen:
        with firewall.dropped(network.gateway, PORT, other.ipv4):
            yield client.start(pki, "--user=alice", RESOLVE, HOST).wait_up(), seen


@pytest.fixture
def client(untouched, vpn_client):
    yield vpn_client
    vpn_client.close()


@pytest.fixture
def ocserv(blocked, shared_ocserv):
    return shared_ocserv


@pytest.fixture
def changed_ocserv(shared_ocserv, new_ocserv):
    """Starts one with a changed configuration; the shared one makes room."""
    shared_ocserv.stop()
    return lambda **config: new_ocserv(**UDP, **config).start()


def user_at(ocserv, host):
    addresses = {ip_address(host.ipv4), ip_address(host.ipv6)}
    return next(one for one in ocserv.users() if ip_address(one["Remote IP"]) in addresses)


def wait_dtls(tunnel, ocserv):
    """The suite, once both ends say that DTLS is up."""
    said = tunnel.wait_output(r"(?m)^dtls up (\S+) (\S+)$")
    wait_until(lambda: user_at(ocserv, tunnel.host).get("DTLS cipher"), 5, "ocserv says so too")
    assert "Established" not in tunnel.stdout
    return said[2]


def connect(client, pki, *options):
    return client.start(pki, "--user=alice", *options, HOST).wait_up()


def carries(way, host, ocserv, *addresses):
    carries_data_over(way, host, ocserv, *addresses, port=PORT)


def test_with_a_pre_shared_key_by_default(ocserv, client, client_host, pki):
    tunnel = connect(client, pki)
    assert wait_dtls(tunnel, ocserv) == PSK
    assert "(DTLS1.2)-(PSK)-(AES-256-GCM)" in user_at(ocserv, client_host)["DTLS cipher"]
    assert client_host.mtu() == 1434
    carries("udp", client_host, ocserv)


@pytest.mark.parametrize(
    "option, cipher",
    [
        ("--dtls12-ciphers=AES256-GCM-SHA384", "AES256-GCM-SHA384"),
        ("--dtls12-ciphers=AES128-GCM-SHA256", "AES128-GCM-SHA256"),
        ("--dtls-ciphers=OC-DTLS1_2-AES256-GCM", "AES256-GCM-SHA384"),
        ("--dtls-ciphers=OC-DTLS1_2-AES128-GCM", "AES128-GCM-SHA256"),
    ],
)
def test_by_resumption(ocserv, client, client_host, pki, option, cipher):
    tunnel = connect(client, pki, option)
    assert wait_dtls(tunnel, ocserv) == cipher
    assert client_host.mtu() == 1434
    carries("udp", client_host, ocserv)


@pytest.mark.parametrize("cipher", ["AES256-SHA", "AES128-SHA"])
def test_dtls_0_9(ocserv, client, client_host, pki, cipher):
    tunnel = connect(client, pki, "--allow-insecure-crypto", f"--dtls-ciphers={cipher}")
    assert wait_dtls(tunnel, ocserv) == cipher
    assert "(DTLS0.9)" in user_at(ocserv, client_host)["DTLS cipher"]
    carries("udp", client_host, ocserv)


def test_no_dtls(ocserv, client, client_host, pki):
    with Recorder(client_host, PORT) as seen:
        tunnel = connect(client, pki, "--no-dtls")
        assert tunnel.stdout.splitlines()[0].endswith(" dtls none"), tunnel.stdout
        carries("tcp", client_host, ocserv)
    assert seen.datagrams() == []


def test_over_ipv6(ocserv, client, client_host, pki):
    tunnel = connect(client, pki, "--resolve=vpn.example.com:2001:db8::1")
    wait_dtls(tunnel, ocserv)
    assert client_host.mtu() == 1414
    carries("udp", client_host, ocserv)


@pytest.mark.parametrize("mtu, inside, families", [(1280, 1214, 1), (1400, 1334, 2)])
def test_a_narrow_path(ocserv, client, client_host, cable, pki, mtu, inside, families):
    cable(mtu)
    wait_dtls(connect(client, pki), ocserv)
    assert client_host.mtu() == inside
    with Recorder(client_host, PORT) as seen:
        assert ping(client_host, IPV4, size=inside - 28) == 3
    assert max(len(one.payload) for one in seen.datagrams()) == mtu - 28
    carries("udp", client_host, ocserv, *ocserv.inner[:families])


def test_a_transfer_goes_on_over_tls_when_udp_is_lost(ocserv, client, client_host, pki):
    tunnel = connect(client, pki)
    wait_dtls(tunnel, ocserv)
    carries("udp", client_host, ocserv, IPV4)
    with echo_server(ocserv.host, IPV4), Talk(client_host, IPV4) as talk:
        talk.goes_on()
        with firewall.lost(client_host, ocserv.host, PORT):
            tunnel.wait_output("DTLS has ended, data goes over TLS", 20)
            talk.goes_on()
    assert "reconnect" not in tunnel.stdout


def test_dtls_comes_back_after_a_loss(ocserv, client, client_host, pki):
    tunnel = connect(client, pki)
    wait_dtls(tunnel, ocserv)
    with firewall.lost(client_host, ocserv.host, PORT):
        ping(client_host, IPV4, 1, patience=1)  # unanswered data makes both look closer
        tunnel.wait_output("DTLS has ended, data goes over TLS", 20)
    tunnel.wait_output(r"(?m)^dtls up (?s:.*)^dtls up ", 9)
    carries("udp", client_host, ocserv, IPV4)


def test_blocked_dtls_is_told_and_the_interface_left_alone(blocked, shared_ocserv, network):
    tunnel, seen = blocked
    other = network["other"]
    assert other.mtu() == 1434
    carries("tcp", other, shared_ocserv)
    tunnel.wait_output("DTLS is blocked, data stays on TLS", 60)
    times = seen.hello_times()
    pauses = [round(later - earlier) for earlier, later in zip(times, times[1:])]
    assert pauses == [1, 2, 4, 8, 16], times
    # In this mode ocserv sends one MTU for both.
    assert other.mtu() == 1434 and "reconnect" not in tunnel.stdout
    carries("tcp", other, shared_ocserv)


# Other configurations


def test_without_psk_the_default_offer_is_resumed(changed_ocserv, client, client_host, pki):
    ocserv = changed_ocserv(dtls_psk="false")
    tunnel = connect(client, pki)
    assert wait_dtls(tunnel, ocserv) == "AES256-GCM-SHA384"
    assert client_host.mtu() == 1434
    carries("udp", client_host, ocserv)


def test_without_resumption_there_is_psk(changed_ocserv, client, client_host, pki):
    ocserv = changed_ocserv(dtls_legacy="false")
    assert wait_dtls(connect(client, pki), ocserv) == PSK
    carries("udp", client_host, ocserv)


@pytest.mark.parametrize("suite", ["AES-256-GCM", "AES-128-GCM", "CHACHA20-POLY1305"])
def test_the_suite_of_tls_for_dtls_as_well(changed_ocserv, client, client_host, pki, suite):
    ocserv = changed_ocserv(
        dtls_legacy="false",
        match_tls_dtls_ciphers="true",
        tls_priorities=f'"NORMAL:-CIPHER-ALL:+{suite}:-VERS-ALL:+VERS-TLS1.3:+VERS-DTLS1.2"',
    )
    tunnel = connect(client, pki)
    wait_dtls(tunnel, ocserv)
    assert suite in user_at(ocserv, client_host)["DTLS cipher"]
    carries("udp", client_host, ocserv)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_the_key_comes_out_of_either_tls(changed_ocserv, client, client_host, pki, version):
    ocserv = changed_ocserv(tls_priorities=f'"NORMAL:-VERS-TLS-ALL:+VERS-TLS{version}"')
    tunnel = connect(client, pki)
    assert f" tls TLSv{version} " in tunnel.stdout
    assert wait_dtls(tunnel, ocserv) == PSK
    carries("udp", client_host, ocserv)


@pytest.mark.parametrize(
    "config, options",
    [
        ({"dtls_psk": "false", "dtls_legacy": "false"}, []),
        ({"dtls_legacy": "false"}, ["--dtls12-ciphers=AES256-GCM-SHA384"]),
    ],
)
def test_what_ocserv_does_not_offer_goes_over_tls(changed_ocserv, client, client_host, pki, config, options):
    ocserv = changed_ocserv(**config)
    with Recorder(client_host, PORT) as seen:
        tunnel = connect(client, pki, *options)
        assert tunnel.stdout.splitlines()[0].endswith(" dtls none"), tunnel.stdout
        assert "no DTLS, all data goes over TLS" in tunnel.output
        carries("tcp", client_host, ocserv)
    assert seen.datagrams() == []
