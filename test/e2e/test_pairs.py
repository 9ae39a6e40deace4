"""Each client with each gateway: what the files about one subject leave out of doc/test-matrix.md."""

import pytest

from lab import ocserv as ocservs
from lab.anyconnect import DATA, DPD_REQUEST, DPD_RESPONSE, frame, icmp_echo, is_ping_reply
from lab.client import BLOCKED, OpenConnect
from lab.hostile import Play, connected
from lab.interceptor import interceptor
from lab.pki import Pki
from lab.traffic import carries_data

HOST = "vpn.example.com"
OCSERV = f"{HOST}:{ocservs.PORT}"
ROUTES = ["10.30.0.0/24", "fd20:0:0:30::/64"]


@pytest.fixture
def client(untouched, new_ocserv, vpn_client):
    yield vpn_client
    vpn_client.close()


@pytest.fixture
def stock(client_host, folder, request):
    """openconnect."""
    made = OpenConnect(client_host, folder / f"oc-{request.node.name[-40:]}")
    yield made
    made.close()


# Groups


@pytest.fixture(scope="module")
def shared_gateway(shared_gateway):
    profiles = shared_gateway.config["connection_profile"]
    partners = {"group_alias": "Partner firms", "group_url": ["/partners"], "default": False}
    profiles["Partners"] = {**profiles["Employees"], **partners}
    return shared_gateway


@pytest.mark.parametrize("name", ["sallyport", "openconnect"])
@pytest.mark.parametrize(
    "way", [["--authgroup=Partner firms", HOST], [f"{HOST}/partners"]], ids=["name", "URL"]
)
def test_a_group_by_its_name_and_by_its_url(gateway, client, openconnect, client_host, pki, name, way):
    chosen = {"sallyport": client, "openconnect": openconnect}[name]
    chosen.start(pki, "--user=alice", *way).wait_up()
    assert gateway.only_session()["connection_profile"] == "Partners"
    carries_data(client_host, gateway, gateway.inner[0])


# Certificates of gateways


@pytest.fixture(scope="module")
def faulty(pki, folder):
    return {
        "of a stranger": Pki(folder / "stranger").server(),
        "expired": pki.server("expired", days=-1),
        "of another name": pki.server("wrong-name", names=("DNS:elsewhere.example.com",)),
    }


@pytest.mark.parametrize("fault", ["of a stranger", "expired", "of another name"])
def test_ocservs_faulty_certificate_is_blocked_and_its_pin_unblocks_it(
    new_ocserv, client, client_host, pki, faulty, fault
):
    pair = faulty[fault]
    ocserv = new_ocserv(server_cert=pair.certificate, server_key=pair.key, route=ROUTES).start()
    blocked = client.start(pki, "--user=alice", OCSERV)
    assert blocked.wait_end() == BLOCKED, blocked.output
    pin = blocked.wait_output(r"--servercert (pin-sha256:[\w+/=]+)")[1]
    client.start(pki, "--user=alice", "--servercert", pin, OCSERV).wait_up()
    carries_data(client_host, ocserv, ocserv.inner[0])


@pytest.mark.parametrize("fault", ["of a stranger", "expired", "of another name"])
def test_openconnect_does_not_trust_our_faulty_certificate(
    new_gateway, stock, client_host, pki, faulty, fault
):
    pair = faulty[fault]
    gateway = new_gateway(tls={"certificate": str(pair.certificate), "private_key": str(pair.key)}).start()
    refused = stock.authenticate(pki, "--user=alice", "--passwd-on-stdin", HOST, password="correct horse")
    assert refused.returncode != 0 and "COOKIE" not in refused.stdout, refused.stdout
    pin = refused.stdout.split("--servercert ")[1].split()[0]
    stock.start(pki, "--user=alice", "--servercert", pin, HOST).wait_up()
    carries_data(client_host, gateway, gateway.inner[0])


# The client profile of ocserv


def test_ocservs_profile_that_is_not_as_announced_ends_the_attempt(
    new_ocserv, client, client_host, network, pair, pki
):
    # ocserv takes the hash anew at each login, so somebody has to be in between.
    ocserv = new_ocserv(route=ROUTES)
    file = ocserv.folder / "acme.xml"
    file.write_text("<AnyConnectProfile><!-- Acme --><ServerList/></AnyConnectProfile>")
    ocserv.config["user-profile"] = file
    ocserv.start()
    with interceptor(network.gateway, pair, 8443, {b"Acme": b"Evil"}, behind=ocservs.PORT):
        attempt = client.start(pki, "--user=alice", f"{HOST}:8443")
        assert attempt.wait_end() == 1, attempt.output
    assert "the client profile acme.xml cannot be fetched" in attempt.output, attempt.output
    assert "its SHA-1 is" in attempt.output, attempt.output
    assert not list(client.home.rglob("profiles/*"))
    client.start(pki, "--user=alice", OCSERV).wait_up()
    assert [kept.name for kept in client.home.rglob("profiles/*")] == ["acme.xml"]
    carries_data(client_host, ocserv, ocserv.inner[0])


# Frames and headers in one record


def test_frames_in_the_record_of_the_200_are_heard(meets):
    """A gateway whose tunnel begins at once: our client reads on where the answer to CONNECT ends."""
    inner, peer_address = "10.20.0.9", "10.20.0.1"
    probes = b"".join(frame(DPD_REQUEST, bytes([number]) * number) for number in range(1, 40))
    heard = {}

    def hear(peer):
        left = peer.listen()
        frames = []
        while len(left) >= 8:
            size = int.from_bytes(left[4:6], "big")
            frames.append((left[6], left[8 : 8 + size]))
            left = left[8 + size :]
        heard["frames"] = frames

    reply = connected(address=inner) + probes + frame(DATA, icmp_echo(peer_address, inner))
    tunnel, gateway = meets(Play(connect=reply, tunnel=hear), "--no-dtls")
    tunnel.wait_up()
    assert tunnel.stop() == 0, tunnel.output
    gateway.__exit__()
    frames = heard["frames"]
    answers = [payload for kind, payload in frames if kind == DPD_RESPONSE]
    assert answers == [bytes([number]) * number for number in range(1, 40)]
    assert any(is_ping_reply(each, peer_address) for each in frames), frames
