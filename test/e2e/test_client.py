"""sallyport connect in phase 1: which certificates it accepts, and how it says no."""

import base64
import hashlib
import re
import signal
import socket
import subprocess
import threading

import pytest

from lab import firewall
from lab.client import BLOCKED, LOGIN_FAILED, UNREACHABLE, Client
from lab.pki import Pki
from lab.run import wait_until

HOST = "vpn.example.com"


@pytest.fixture
def client(client_host, folder):
    return Client(client_host, folder / "home")


def passes_phase_1(done):
    """The certificate was accepted: the client goes on to the login, where nobody gives it a name."""
    return done.returncode == LOGIN_FAILED and "username" in done.stdout


def says_in_one_sentence(done, pattern):
    return len([line for line in done.stdout.splitlines() if re.search(pattern, line, re.I)]) == 1


def test_a_good_certificate_passes_phase_1(gateway, client, pki):
    done = client.connect("--cafile", pki.ca, HOST)
    assert passes_phase_1(done), done.stdout


@pytest.mark.parametrize("host", ["192.0.2.1", "[2001:db8::1]", f"{HOST}:443", f"{HOST}/staff"])
def test_a_host_may_be_written_in_every_way(gateway, client, pki, host):
    done = client.connect("--cafile", pki.ca, host)
    assert passes_phase_1(done), done.stdout


def test_an_untrusted_certificate_is_blocked(gateway, client):
    done = client.connect(HOST)
    assert done.returncode == BLOCKED, done.stdout
    assert says_in_one_sentence(done, r"trust|issuer|authority|self.signed"), done.stdout


def test_a_certificate_of_another_authority_of_the_same_name_is_blocked(gateway, client, folder, pki):
    impostor = Pki(folder / "impostor", pki.name)
    done = client.connect("--cafile", impostor.ca, HOST)
    assert done.returncode == BLOCKED, done.stdout


def test_an_expired_certificate_is_blocked(new_gateway, client, pki):
    gateway = new_gateway()
    old = pki.server("expired", days=-1)
    gateway.config["tls"].update(certificate=str(old.certificate), private_key=str(old.key))
    gateway.start()
    done = client.connect("--cafile", pki.ca, HOST)
    assert done.returncode == BLOCKED, done.stdout
    assert says_in_one_sentence(done, r"expired"), done.stdout


@pytest.mark.parametrize("host", ["vpn.example.com", "192.0.2.1"])
def test_a_certificate_for_another_name_is_blocked(new_gateway, client, pki, host):
    gateway = new_gateway()
    wrong = pki.server("wrong-name", names=("DNS:elsewhere.example.com", "IP:203.0.113.9"))
    gateway.config["tls"].update(certificate=str(wrong.certificate), private_key=str(wrong.key))
    gateway.start()
    done = client.connect("--cafile", pki.ca, host)
    assert done.returncode == BLOCKED, done.stdout
    assert says_in_one_sentence(done, rf"is for .*, not for {re.escape(host)}"), done.stdout


def test_a_wildcard_counts_for_the_left_most_label_only(new_gateway, client, client_host, pki):
    gateway = new_gateway()
    wildcard = pki.server("wildcard", names=("DNS:*.example.com",))
    gateway.config["tls"].update(certificate=str(wildcard.certificate), private_key=str(wildcard.key))
    gateway.start()
    client_host.knows("deep.vpn.example.com", "192.0.2.1")
    assert passes_phase_1(client.connect("--cafile", pki.ca, HOST))
    assert client.connect("--cafile", pki.ca, "deep.vpn.example.com").returncode == BLOCKED


def test_a_certificate_for_a_clients_use_is_blocked(new_gateway, client, pki):
    gateway = new_gateway()
    wrong = pki.client("mallory")
    gateway.config["tls"].update(certificate=str(wrong.certificate), private_key=str(wrong.key))
    gateway.start()
    assert client.connect("--cafile", pki.ca, HOST).returncode == BLOCKED


def test_allow_untrusted_lifts_the_block_and_every_later_connection_warns_until_the_fault_is_gone(
    gateway, client, pki
):
    assert client.connect(HOST).returncode == BLOCKED
    for arguments in (("--allow-untrusted",), (), ()):
        done = client.connect(*arguments, HOST)
        assert passes_phase_1(done), done.stdout
        assert re.search(r"warning: the certificate .* an authority that is not trusted", done.stdout)
    assert re.fullmatch(rf"{HOST}:443 pin-sha256:\S+\n", client.run("trust", "list").stdout)

    done = client.connect("--cafile", pki.ca, HOST)  # now the fault is gone …
    assert passes_phase_1(done) and "warning" not in done.stdout, done.stdout
    assert client.run("trust", "list").stdout == ""
    assert client.connect(HOST).returncode == BLOCKED  # … and when it comes back, so does the block


def test_a_lifted_block_is_for_one_certificate_and_can_be_put_back(new_gateway, client, pki):
    gateway = new_gateway().start()
    assert passes_phase_1(client.connect("--allow-untrusted", HOST))
    other = pki.server("another-key")
    gateway.config["tls"].update(certificate=str(other.certificate), private_key=str(other.key))
    gateway.write_config()
    gateway.reload()
    gateway.wait_log("new configuration is in force")
    assert client.connect(HOST).returncode == BLOCKED

    assert passes_phase_1(client.connect("--allow-untrusted", HOST))
    assert client.run("trust", "remove", HOST).returncode == 0
    assert client.connect(HOST).returncode == BLOCKED
    assert client.run("trust", "remove", HOST).returncode == 1


@pytest.mark.parametrize(
    ("target", "why"),
    [("192.0.2.1:444", "refused"), ("203.0.113.7", "no route"), ("no-such-name.invalid", "no such name")],
)
def test_an_unreachable_gateway_has_its_own_exit_code(client, client_host, pki, target, why):
    if target == "203.0.113.7":
        client_host.ip("route", "replace", "unreachable", "203.0.113.7/32")
    done = client.connect("--cafile", pki.ca, target)
    assert done.returncode == UNREACHABLE, (why, done.stdout)
    assert len(done.stdout.strip().splitlines()) <= 3, done.stdout


def _pins(pair):
    key, certificate = pair.public_key(), pair.der()
    return {
        "pin-sha256": "pin-sha256:" + base64.b64encode(hashlib.sha256(key).digest()).decode(),
        "sha256": "sha256:" + hashlib.sha256(key).hexdigest(),
        "sha1": "sha1:" + hashlib.sha1(key).hexdigest(),
        "certificate": hashlib.sha1(certificate).hexdigest(),
    }


SPELLINGS = ["pin-sha256", "sha256", "sha1", "certificate"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_matching_pin_replaces_the_chain(gateway, client, pair, spelling):
    done = client.connect("--servercert", _pins(pair)[spelling], "192.0.2.1")
    assert passes_phase_1(done), done.stdout


@pytest.mark.parametrize("spelling", ["sha256", "sha1", "certificate"])
def test_hexadecimal_pins_may_be_in_capitals_and_shortened(gateway, client, pair, spelling):
    prefix, colon, digits = _pins(pair)[spelling].rpartition(":")
    for text in (digits.upper(), digits[:12]):
        done = client.connect("--servercert", prefix + colon + text, "192.0.2.1")
        assert passes_phase_1(done), done.stdout


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_pin_of_another_key_blocks_even_a_trusted_certificate(gateway, client, pki, spelling):
    stranger = pki.server("stranger")
    done = client.connect("--cafile", pki.ca, "--servercert", _pins(stranger)[spelling], HOST)
    assert done.returncode == BLOCKED, done.stdout


def test_a_base64_pin_keeps_its_case(gateway, client, pair):
    pin = _pins(pair)["pin-sha256"]
    swapped = "pin-sha256:" + pin.removeprefix("pin-sha256:").swapcase()
    assert client.connect("--servercert", swapped, "192.0.2.1").returncode == BLOCKED


@pytest.mark.parametrize("pin", ["sha256:ab", "pin-sha256:", "sha512:abcdef012345", "zz"])
def test_a_pin_that_cannot_match_anything_is_an_error(gateway, client, pin):
    done = client.connect("--servercert", pin, "192.0.2.1")
    assert done.returncode in (1, BLOCKED), done.stdout
    assert "username" not in done.stdout


def test_a_server_that_does_not_speak_tls_is_no_gateway(client, network, pki):
    with network.gateway.inside():
        listener = socket.create_server(("192.0.2.1", 5555))

    def talk():
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"220 mail.example.com ESMTP\r\n")
            connection.recv(4096)

    with listener:
        speaker = threading.Thread(target=talk)
        speaker.start()
        done = client.connect("--cafile", pki.ca, "vpn.example.com:5555")
        speaker.join(5)
    assert done.returncode in (1, UNREACHABLE), done.stdout


def test_phases_are_shown_on_stderr_and_stdout_stays_for_what_scripts_read(gateway, client, pki):
    done = client.connect("--cafile", pki.ca, HOST, stderr=subprocess.PIPE)
    assert done.stdout == ""
    assert "1 TLS handshake" in done.stderr


def test_an_attempt_ends_at_once_while_its_name_is_looked_up(client, client_host, network, pki):
    names = client_host.files / "resolv.conf"
    before = names.read_text()
    silent = firewall.Rules(network.gateway, ("input", 0, "udp dport 53 counter drop"))
    try:
        names.write_text("nameserver 192.0.2.1\n")
        with silent:
            attempt = client.start(pki, "--user=alice", "nowhere.example.com")
            wait_until(lambda: silent.packets() > 0, 5, "the name server is asked")
            attempt.send(signal.SIGINT)
            assert attempt.wait_end(2) == 1, attempt.output
    finally:
        names.write_text(before)
