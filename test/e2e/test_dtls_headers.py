"""What CONNECT says about DTLS, header by header."""

import re

import pytest

from lab.anyconnect import AnyConnect, Tunnel

SECRET = {"X-DTLS-Master-Secret": "0123456789ABCDEF" * 6}
PSK = {"X-DTLS-CipherSuite": "PSK-NEGOTIATE"}
GCM = {"X-DTLS12-CipherSuite": "AES256-GCM-SHA384"}
# openconnect 9.01's.
OPENCONNECT = {
    "X-DTLS-CipherSuite": "PSK-NEGOTIATE:OC2-DTLS1_2-CHACHA20-POLY1305:OC-DTLS1_2-AES256-GCM:"
    "OC-DTLS1_2-AES128-GCM:DHE-RSA-AES256-SHA:DHE-RSA-AES128-SHA:AES256-SHA:AES128-SHA",
    "X-DTLS12-CipherSuite": "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:AES256-GCM-SHA384:"
    "AES128-GCM-SHA256:DHE-RSA-AES256-SHA:DHE-RSA-AES128-SHA:AES256-SHA:AES128-SHA",
}


@pytest.fixture
def token(gateway, client_host):
    with AnyConnect(client_host) as client:
        return client.log_in()


@pytest.fixture
def started(new_gateway, client_host):
    """Starts a gateway with a changed configuration; a token of it."""

    def start(**changes):
        new_gateway(**changes).start()
        with AnyConnect(client_host) as client:
            return client.log_in()

    return start


def dtls_headers(host, token, *headers):
    """Those of the answer that begin with X-DTLS, without what is the same in all."""
    wanted = {name: value for some in headers for name, value in some.items()}
    with Tunnel(host, token, wanted) as tunnel:
        assert tunnel.status == 200
        return {name: value for name, value in tunnel.headers if name.startswith("X-DTLS")}


def chosen(answer):
    """(header, suite), or nothing."""
    found = [(name, value) for name, value in answer.items() if name.endswith("CipherSuite")]
    assert len(found) <= 1, found
    return found[0] if found else None


def offer(dtls=None, dtls12=None):
    return {"X-DTLS-CipherSuite": dtls, "X-DTLS12-CipherSuite": dtls12}


@pytest.mark.parametrize(
    "offered, header, suite",
    [
        (OPENCONNECT, "X-DTLS", "PSK-NEGOTIATE"),
        (PSK, "X-DTLS", "PSK-NEGOTIATE"),
        (offer("PSK-NEGOTIATE:AES256-SHA", "AES256-GCM-SHA384"), "X-DTLS", "PSK-NEGOTIATE"),
        (
            offer(dtls12="AES128-GCM-SHA256:AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"),
            "X-DTLS12",
            "ECDHE-RSA-AES256-GCM-SHA384",
        ),
        (offer(dtls12="AES128-GCM-SHA256:AES256-GCM-SHA384"), "X-DTLS12", "AES256-GCM-SHA384"),
        (offer(dtls12="AES128-GCM-SHA256"), "X-DTLS12", "AES128-GCM-SHA256"),
        (offer("OC-DTLS1_2-AES256-GCM", "AES128-GCM-SHA256"), "X-DTLS12", "AES128-GCM-SHA256"),
        (offer("OC-DTLS1_2-AES128-GCM:OC-DTLS1_2-AES256-GCM"), "X-DTLS", "OC-DTLS1_2-AES256-GCM"),
        (offer("AES256-SHA:OC-DTLS1_2-AES128-GCM"), "X-DTLS", "OC-DTLS1_2-AES128-GCM"),
        (offer(dtls12="ROT13::AES128-GCM-SHA256"), "X-DTLS12", "AES128-GCM-SHA256"),
    ],
)
def test_which_suite_is_chosen(token, client_host, offered, header, suite):
    answer = dtls_headers(client_host, token, SECRET, offered)
    assert chosen(answer) == (f"{header}-CipherSuite", suite)


@pytest.mark.parametrize(
    "offered",
    [
        {},
        offer("", ""),
        offer("AES256-SHA:AES128-SHA:DHE-RSA-AES256-SHA"),  # DTLS 0.9
        offer("DES-CBC3-SHA"),
        offer(dtls12="AES256-SHA:DHE-RSA-AES256-SHA"),  # needs tls.legacy
        offer("AES256-GCM-SHA384", "OC-DTLS1_2-AES256-GCM"),  # each in the other's header
        offer("psk-negotiate", "aes256-gcm-sha384"),
        offer("OC2-DTLS1_2-CHACHA20-POLY1305"),
        offer("PSK-NEGOTIATE ROT13"),
    ],
)
def test_what_is_not_offered_leaves_no_header(token, client_host, offered):
    assert dtls_headers(client_host, token, SECRET, offered) == {}
    with Tunnel(client_host, token, SECRET | offered) as tunnel:
        assert tunnel.header("X-CSTP-MTU") == "1418"


def test_dtls_0_9_is_not_offered_behind_the_switch_for_old_clients_either(started, client_host):
    token = started(tls={"legacy": True})
    assert dtls_headers(client_host, token, SECRET, offer("AES256-SHA:AES128-SHA")) == {}
    both = dtls_headers(client_host, token, SECRET, offer("AES256-SHA", "AES128-SHA:AES256-SHA"))
    assert chosen(both) == ("X-DTLS12-CipherSuite", "AES256-SHA")
    gcm = dtls_headers(client_host, token, SECRET, offer(dtls12="AES256-SHA:AES128-GCM-SHA256"))
    assert chosen(gcm) == ("X-DTLS12-CipherSuite", "AES128-GCM-SHA256")


def test_the_configured_order_decides(started, client_host):
    token = started(tls={"dtls_ciphers": ["AES128-GCM-SHA256", "OC-DTLS1_2-AES256-GCM"]})
    assert chosen(dtls_headers(client_host, token, SECRET, OPENCONNECT))[1] == "AES128-GCM-SHA256"
    assert dtls_headers(client_host, token, SECRET, PSK) == {}


@pytest.mark.parametrize(
    "secret",
    [None, "", "AB" * 47, "AB" * 49, "XY" * 48],
    ids=["absent", "empty", "short", "long", "no hexadecimal"],
)
def test_without_a_master_secret_there_is_nothing_to_resume(token, client_host, secret):
    bad = {"X-DTLS-Master-Secret": secret}
    assert dtls_headers(client_host, token, bad, GCM) == {}
    assert chosen(dtls_headers(client_host, token, bad, OPENCONNECT))[1] == "PSK-NEGOTIATE"


def test_a_secret_in_small_letters_is_one(token, client_host):
    answer = dtls_headers(client_host, token, {"X-DTLS-Master-Secret": "0123456789abcdef" * 6}, GCM)
    assert chosen(answer)[1] == "AES256-GCM-SHA384"


@pytest.mark.parametrize(
    "offered, name, other",
    [(PSK, "X-DTLS-App-ID", "X-DTLS-Session-ID"), (GCM, "X-DTLS-Session-ID", "X-DTLS-App-ID")],
)
def test_the_id_is_another_each_time(token, client_host, offered, name, other):
    answers = [dtls_headers(client_host, token, SECRET, offered) for _ in range(3)]
    ids = [answer[name] for answer in answers]
    assert all(re.fullmatch("[0-9a-fA-F]{64}", one) for one in ids) and len(set(ids)) == 3, ids
    assert not any(other in answer for answer in answers)


@pytest.mark.parametrize("offered", [PSK, GCM])
def test_what_comes_with_an_offer(token, client_host, offered):
    answer = dtls_headers(client_host, token, SECRET, offered)
    assert answer["X-DTLS-Port"] == "443"
    assert answer["X-DTLS-DPD"] == "30" and answer["X-DTLS-Keepalive"] == "20"
    # openconnect would renegotiate on the association, which none of the gateways can.
    assert answer.get("X-DTLS-Rekey-Method", "new-tunnel") == "new-tunnel"


def test_rekeying_by_renegotiation_is_for_tls_alone(started, client_host):
    token = started(group_policy={"staff": {"rekey": "1h", "rekey_method": "ssl"}})
    for offered in (PSK, GCM):
        with Tunnel(client_host, token, SECRET | offered) as tunnel:
            assert tunnel.header("X-DTLS-Port") == "443"
            assert tunnel.header("X-DTLS-Rekey-Method") != "ssl"


@pytest.mark.parametrize("offered", [PSK, GCM])
@pytest.mark.parametrize(
    "base, dtls, cstp", [("1500", "1434", "1418"), ("1400", "1334", "1318"), ("9000", "1434", "1418")]
)
def test_both_mtus(token, client_host, offered, base, dtls, cstp):
    with Tunnel(client_host, token, SECRET | offered | {"X-CSTP-Base-MTU": base}) as tunnel:
        assert tunnel.header("X-DTLS-MTU") == dtls and tunnel.header("X-CSTP-MTU") == cstp


@pytest.mark.parametrize("offered", [PSK, GCM])
def test_the_mtu_of_the_configuration_bounds_both(started, client_host, offered):
    token = started(tunnel={"mtu": 1300})
    with Tunnel(client_host, token, SECRET | offered) as tunnel:
        assert tunnel.header("X-DTLS-MTU") == "1300" and tunnel.header("X-CSTP-MTU") == "1300"


def test_without_udp_there_is_no_header(started, client_host):
    token = started(listen={"udp": ""})
    assert dtls_headers(client_host, token, SECRET, OPENCONNECT) == {}
