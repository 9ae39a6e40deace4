"""Phase 1 as openssl s_client sees it: versions, key types, session ids, client certificates."""

import subprocess
import sys

import pytest

from lab.gateway import Gateway, default_config
from lab.run import sanitized
from lab.tls import connect, s_client

# Many clients at once, from ten addresses: how many finished their handshake, how many were sent an alert.
# Five hundred at a time: more would all advance together on a busy machine, and none end in its ten seconds.
STORM = """
import asyncio, resource, ssl
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
places = asyncio.Semaphore(500)
async def shake_hands(number):
    address = ("192.0.2." + str(100 + number % 10), 0)
    async with places:
        await asyncio.open_connection("192.0.2.1", 443, ssl=context, local_addr=address)
async def storm():
    return await asyncio.gather(*map(shake_hands, range(1500)), return_exceptions=True)
outcomes = asyncio.run(storm())
print(outcomes.count(None), sum(isinstance(one, ssl.SSLError) for one in outcomes))
"""
LOW = ":@SECLEVEL=0"  # the client's side of old suites: SHA-1 and short keys allowed


@pytest.fixture(scope="module")
def pairs(pki, pair):
    return {"rsa": pair, "ecdsa": pki.server("ec", "ecdsa"), "dsa": pki.server("dsa", "dsa")}


def _with_pairs(config, *more):
    config["tls"]["key_pair"] = [
        {"certificate": str(pair.certificate), "private_key": str(pair.key)} for pair in more
    ]
    return config


@pytest.fixture(scope="module")
def modern(network, folder, pki, pairs):
    config = _with_pairs(default_config(pki, pairs["rsa"]), pairs["ecdsa"])
    gateway = Gateway(network.gateway, folder / "modern", config)
    try:
        yield gateway.start()
    finally:
        gateway.close()


@pytest.fixture(scope="module")
def legacy(network, folder, pki, pairs, modern):
    """Beside `modern`, on the other cable's address."""
    config = default_config(pki, pairs["rsa"], "198.51.100.1", "2001:db8:1::1")
    _with_pairs(config, pairs["ecdsa"], pairs["dsa"])
    config["tls"]["legacy"] = True
    config["tunnel"].update(interface="sally1", address_pool="10.21.0.0/16", address_pool6="fd21::/64")
    gateway = Gateway(network.gateway, folder / "legacy", config)
    try:
        yield gateway.start()
    finally:
        gateway.close()


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
@pytest.mark.parametrize(
    ("algorithms", "signature"), [("RSA-PSS+SHA256", "RSA-PSS"), ("ECDSA+SHA256", "ECDSA")]
)
def test_serves_the_certificate_that_fits_the_client(
    modern, client_host, pki, version, algorithms, signature
):
    shaken = s_client(client_host, f"-{version}", "-sigalgs", algorithms, "-CAfile", pki.ca)
    assert shaken.verified, shaken.text
    assert shaken.signature == signature
    assert shaken.version == {"tls1_2": "TLSv1.2", "tls1_3": "TLSv1.3"}[version]


def test_serves_an_old_client_that_knows_only_pkcs1_signatures(modern, client_host, pki):
    shaken = s_client(client_host, "-tls1_2", "-sigalgs", "RSA+SHA256", "-CAfile", pki.ca)
    assert shaken.verified
    assert shaken.signature == "RSA"


def test_chooses_the_newest_version_and_a_forward_secret_aead_suite(modern, client_host):
    assert s_client(client_host).version == "TLSv1.3"
    assert s_client(client_host, "-tls1_2").cipher.startswith("ECDHE-")
    assert "GCM" in s_client(client_host, "-tls1_2").cipher


@pytest.mark.parametrize("suite", ["AES128-SHA", "AES256-GCM-SHA384"])
def test_rsa_key_exchange_needs_legacy(modern, legacy, network, suite):
    options = ("-tls1_2", "-cipher", suite + LOW)
    assert s_client(network["client"], *options).cipher is None
    shaken = s_client(network["other"], *options, address="198.51.100.1")
    assert shaken.cipher == suite
    assert shaken.signature is None


@pytest.mark.parametrize("suite", ["DHE-DSS-AES256-SHA", "DHE-DSS-AES256-GCM-SHA384"])
def test_a_dsa_certificate_needs_legacy(modern, legacy, network, pki, suite):
    options = ("-tls1_2", "-cipher", suite + LOW, "-CAfile", pki.ca)
    assert s_client(network["client"], *options).cipher is None
    shaken = s_client(network["other"], *options, address="198.51.100.1")
    assert shaken.cipher == suite
    assert shaken.signature == "DSA"
    assert shaken.verified


@pytest.mark.parametrize("version", ["tls1", "tls1_1"])
def test_versions_below_1_2_need_legacy(modern, legacy, network, version):
    options = (f"-{version}", "-cipher", "ALL" + LOW)
    assert s_client(network["client"], *options).cipher is None
    assert s_client(network["other"], *options, address="198.51.100.1").cipher is not None


def test_cbc_suites_need_legacy(modern, legacy, network):
    options = ("-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA" + LOW)
    assert s_client(network["client"], *options).cipher is None
    assert s_client(network["other"], *options, address="198.51.100.1").cipher == "ECDHE-RSA-AES128-SHA"


@pytest.mark.parametrize("suite", ["aNULL", "eNULL", "PSK", "SRP"])
def test_not_even_legacy_goes_without_authentication_or_encryption(legacy, network, suite):
    options = ("-tls1_2", "-cipher", suite + LOW, "-psk", "00112233445566778899aabbccddeeff")
    assert s_client(network["other"], *options, address="198.51.100.1").cipher is None


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_issues_no_session_ticket(modern, client_host, version):
    request = "GET / HTTP/1.1\nHost: vpn.example.com\nConnection: close\n\n"
    shaken = s_client(client_host, version, "-crlf", request=request)
    assert shaken.cipher
    assert not shaken.has_ticket


def test_makes_a_session_id_of_32_bytes_on_tls_1_2_each_a_different_one(modern, client_host):
    first = s_client(client_host, "-tls1_2").session_id
    second = s_client(client_host, "-tls1_2").session_id
    assert len(first) == len(second) == 32
    assert first != second


def test_does_not_resume_a_session(modern, client_host, folder):
    saved = folder / "session.pem"
    first = s_client(client_host, "-tls1_2", "-sess_out", saved)
    second = s_client(client_host, "-tls1_2", "-sess_in", saved)
    assert saved.exists() and second.cipher
    assert not second.resumed
    assert second.session_id != first.session_id


def test_accepts_a_first_hello_without_a_session_id(modern, client_host):
    shaken = s_client(client_host, "-tls1_3", "-no_middlebox")
    assert shaken.version == "TLSv1.3"


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_asks_for_a_client_certificate_and_names_the_authorities(modern, client_host, pki, version):
    text = s_client(client_host, version).text
    names = text.split("Acceptable client certificate CA names", 1)[1].split("\n---", 1)[0]
    assert pki.name in names


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_goes_on_with_and_without_a_client_certificate(modern, client_host, pki, version):
    alice = pki.client(f"alice{version}")
    request = "GET / HTTP/1.1\r\nHost: vpn.example.com\r\nConnection: close\r\n\r\n"
    for options in ((), ("-cert", alice.certificate, "-key", alice.key)):
        shaken = s_client(client_host, version, *options, request=request)
        assert "HTTP/1.1 " in shaken.text, shaken.text


def test_refuses_renegotiation_during_the_http_phase(modern, client_host):
    command = client_host.command("openssl", "s_client", "-connect", "192.0.2.1:443", "-tls1_2")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT) as running:
        running.stdin.write(b"R\n")  # s_client's word for: renegotiate
        running.stdin.flush()
        said = running.stdout.read()
    assert b"RENEGOTIATING" in said
    assert b"no renegotiation" in said or b"handshake failure" in said, said


def test_an_alpn_offer_is_never_answered_with_h2(modern, client_host):
    text = s_client(client_host, "-alpn", "h2,http/1.1").text
    assert "ALPN protocol: h2" not in text
    assert "No ALPN negotiated" in text or "ALPN protocol: http/1.1" in text


def test_many_handshakes_at_once_all_succeed(modern, client_host):
    command = client_host.command("openssl", "s_client", "-connect", "192.0.2.1:443")
    running = [
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(20)
    ]
    outputs = [process.communicate(timeout=30)[0] for process in running]
    assert all(b"Cipher is TLS_" in output for output in outputs)


def test_answers_two_requests_on_one_connection(modern, client_host):
    request = b"GET / HTTP/1.1\r\nHost: vpn.example.com\r\n\r\n"
    with connect(client_host) as connection:
        for _ in range(2):
            connection.sendall(request)
            assert connection.recv(4096).startswith(b"HTTP/1.1 ")


@pytest.mark.skipif(sanitized(), reason="ASan knows nothing of the stacks that OpenSSL's paused jobs have")
def test_a_storm_of_clients_is_served(modern, client_host):
    """As after a restart, when all come back at once."""
    for number in range(100, 110):
        client_host.ip("address", "add", f"192.0.2.{number}/24", "dev", "cable0")
    served, refused = map(int, client_host.run(sys.executable, "-c", STORM, timeout=100).stdout.split())
    assert refused == 0 and served > 1000  # the rest had no time, on a busy machine
