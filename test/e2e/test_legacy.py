"""Sessions of old clients and old gateways: key exchange by RSA or DHE-DSS, ciphers with CBC."""

import re
import ssl

import pytest

from lab import ocserv
from lab.anyconnect import DISCONNECT, AnyConnect, Tunnel
from lab.client import OpenConnect
from lab.gateway import Gateway, default_config
from lab.traffic import carries_data

HOST = "vpn.example.com"
# TLS_RSA_WITH_AES_128_CBC_SHA and TLS_DHE_DSS_WITH_AES_256_CBC_SHA, as OpenSSL and as GnuTLS name them.
RSA, DHE_DSS = "AES128-SHA", "DHE-DSS-AES256-SHA"
_ONLY = "NORMAL:-KX-ALL:-CIPHER-ALL:-MAC-ALL:+SHA1:-VERS-ALL:+VERS-TLS1.2"
PRIORITIES = {
    RSA: f"{_ONLY}:+RSA:+AES-128-CBC",
    DHE_DSS: f"{_ONLY}:+DHE-DSS:+AES-256-CBC:+SIGN-DSA-SHA1:+SIGN-DSA-SHA224:+SIGN-DSA-SHA256",
}
ADVICE = "if it knows old cryptography only, --allow-insecure-crypto permits that"

pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")


@pytest.fixture(scope="module")
def dsa(pki):
    return pki.server("dsa", "dsa")


@pytest.fixture(scope="module")
def shared_gateway(network, folder, pki, pair, dsa):
    config = default_config(pki, pair)
    more = {"certificate": str(dsa.certificate), "private_key": str(dsa.key)}
    config["tls"].update(legacy=True, key_pair=[more])
    made = Gateway(network.gateway, folder / "gateway", config)
    yield made
    made.close()


@pytest.mark.parametrize("suite", [RSA, DHE_DSS])
def test_a_session_of_openconnect(gateway, openconnect, client_host, pki, suite):
    options = ("--user=alice", "--no-dtls", "--allow-insecure-crypto")
    tunnel = openconnect.start(pki, *options, f"--gnutls-priority={PRIORITIES[suite]}", HOST).wait_up()
    assert gateway.only_session()["tls"] == {"version": "TLSv1.2", "cipher": suite}
    carries_data(client_host, gateway, "10.20.0.1")
    assert tunnel.stop() == 0, tunnel.output
    gateway.has_no_session()


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1", "TLSv1_2"])
@pytest.mark.parametrize("suite", [RSA, DHE_DSS])
def test_a_session_by_hand_in_each_version(gateway, client_host, suite, version):
    old = {"version": ssl.TLSVersion[version], "suites": f"{suite}@SECLEVEL=0"}
    with AnyConnect(client_host, **old) as client:
        token = client.log_in()
    with Tunnel(client_host, token, **old) as tunnel:
        assert tunnel.status == 200 and tunnel.pings()
        assert gateway.only_session()["tls"] == {"version": version.replace("_", "."), "cipher": suite}
        tunnel.send(DISCONNECT, b"\xb0bye")
        gateway.has_no_session()


@pytest.mark.parametrize("suite", [RSA, DHE_DSS])
def test_without_legacy_an_old_client_is_refused_and_the_log_says_why(new_gateway, client_host, pki, suite):
    gateway = new_gateway().start()
    options = ("--allow-insecure-crypto", f"--gnutls-priority={PRIORITIES[suite]}", "--cafile", pki.ca)
    done = client_host.run(*OpenConnect.COMMAND, *options, "--authenticate", HOST, check=False)
    assert done.returncode == 1 and "SSL connection failure" in done.stdout, done.stdout
    gateway.wait_log("TLS handshake: the client has no cipher suite in common with us")


@pytest.fixture
def dsa_only(new_gateway, dsa):
    keys = {"certificate": str(dsa.certificate), "private_key": str(dsa.key)}
    return new_gateway(tls={**keys, "legacy": True}).start()


def test_our_client_with_a_gateway_that_has_a_dsa_key_only(untouched, dsa_only, vpn_client, client_host, pki):
    tunnel = vpn_client.start(pki, "--user=alice", "--allow-insecure-crypto", HOST).wait_up()
    # The gateway's first choice of DHE-DSS; TLS 1.3 has none.
    expected = {"version": "TLSv1.2", "cipher": "DHE-DSS-AES256-GCM-SHA384"}
    assert dsa_only.only_session()["tls"] == expected
    carries_data(client_host, dsa_only, "10.20.0.1")
    assert tunnel.stop() == 0, tunnel.output
    dsa_only.has_no_session()


def test_our_client_refuses_a_dsa_key_unless_it_is_allowed(dsa_only, vpn_client, pki):
    done = vpn_client.connect("--cafile", pki.ca, HOST)
    assert done.returncode == 1
    words = "TLS handshake: the gateway ended the connection with the alert 'handshake failure'"
    assert f"{words} ({ADVICE})" in done.stdout, done.stdout


@pytest.fixture(params=[RSA, DHE_DSS])
def old_ocserv(request, new_ocserv, pair, dsa):
    """One that knows a single suite."""
    own = pair if request.param == RSA else dsa
    priorities = f'"{PRIORITIES[request.param]}"'
    made = new_ocserv(server_cert=own.certificate, server_key=own.key, tls_priorities=priorities).start()
    made.suite = request.param
    return made


def test_our_client_with_an_old_gateway(untouched, old_ocserv, vpn_client, client_host, pki):
    where = f"{HOST}:{ocserv.PORT}"
    done = vpn_client.connect("--cafile", pki.ca, where)
    assert done.returncode == 1 and ADVICE in done.stdout, done.stdout
    tunnel = vpn_client.start(pki, "--user=alice", "--allow-insecure-crypto", where).wait_up()
    assert re.match(rf"connected \S+ \S+ tls TLSv1.2 {old_ocserv.suite} ", tunnel.stdout), tunnel.stdout
    carries_data(client_host, old_ocserv, old_ocserv.inner[0])
    assert tunnel.stop() == 0, tunnel.output
