"""sallyport with a certificate of the user's on Debian's ocserv."""

import re

import pytest

from lab.client import LOGIN_FAILED
from lab.ocserv import PORT, Ocserv
from lab.pki import Pki
from lab.traffic import carries_data

HOST = f"vpn.example.com:{PORT}"
IPV4 = Ocserv.inner[0]
PASSPHRASE = "open sesame"


@pytest.fixture(scope="module")
def own(pki):
    """alice's certificate and key."""
    return pki.client("alice", days=100)


@pytest.fixture(scope="module")
def settings(pki):
    """ocserv takes the user's name from the common name of the certificate."""
    return {"ca-cert": pki.ca, "cert-user-oid": "2.5.4.3", "auth": '"certificate"'}


@pytest.fixture(scope="module")
def shared_ocserv(network, folder, pair, settings):
    made = Ocserv(network.gateway, folder / "ocserv", pair)
    made.config.update(settings)
    yield made
    made.stop()


@pytest.fixture
def ocserv(shared_ocserv):
    """The same one for all tests that change nothing about it."""
    return shared_ocserv if shared_ocserv.is_running else shared_ocserv.start()


@pytest.fixture
def new_certificate_ocserv(shared_ocserv, new_ocserv, settings):
    """Makes one for a test that does; the shared one makes room."""
    shared_ocserv.stop()

    def make(**config):
        made = new_ocserv()
        made.config.update({**settings, **{key.replace("_", "-"): value for key, value in config.items()}})
        return made

    return make


@pytest.fixture
def client(untouched, shared_ocserv, vpn_client):
    yield vpn_client
    vpn_client.close()


def _files(pair):
    return ("--certificate", pair.certificate, "--sslkey", pair.key)


@pytest.mark.parametrize("version", ["TLS1.2", "TLS1.3"])
def test_a_certificate_is_enough(new_certificate_ocserv, client, client_host, pki, own, version):
    ocserv = new_certificate_ocserv(tls_priorities=f'"NORMAL:-VERS-ALL:+VERS-{version}"').start()
    tunnel = client.start(pki, *_files(own), HOST).wait_up()
    assert "warning" not in tunnel.output
    assert ocserv.only_user()["Username"] == "alice"
    carries_data(client_host, ocserv, IPV4)


def test_a_certificate_and_a_password(new_certificate_ocserv, client, client_host, pki, own):
    ocserv = new_certificate_ocserv()
    ocserv.config["auth"] = ['"certificate"', f'"plain[passwd={ocserv.folder}/users]"']
    ocserv.start()
    client.start(pki, *_files(own), "--user=alice", HOST).wait_up()
    assert ocserv.only_user()["Username"] == "alice"
    carries_data(client_host, ocserv, IPV4)


def test_a_certificate_in_place_of_a_password(new_certificate_ocserv, client, client_host, pki, own):
    ocserv = new_certificate_ocserv(enable_auth='"certificate"')
    ocserv.config["auth"] = f'"plain[passwd={ocserv.folder}/users]"'
    ocserv.start()
    tunnel = client.start(pki, *_files(own), HOST, password="").wait_up()
    assert "password" not in tunnel.output.lower()
    carries_data(client_host, ocserv, IPV4)


@pytest.mark.parametrize("version", ["TLS1.2", "TLS1.3"])
def test_who_has_none_or_a_foreign_one_is_told_so(new_certificate_ocserv, client, pki, folder, version):
    new_certificate_ocserv(tls_priorities=f'"NORMAL:-VERS-ALL:+VERS-{version}"').start()
    foreign = Pki(folder / f"foreign-{version}", name="Foreign CA").client("alice")
    nobody = client.start(pki, HOST)
    # It just hangs up, which may have other reasons.
    assert nobody.wait_end() == LOGIN_FAILED, nobody.output
    assert "; perhaps it wants a client certificate (--certificate)" in nobody.output
    stranger = client.start(pki, *_files(foreign), HOST)
    assert stranger.wait_end() == LOGIN_FAILED, stranger.output
    assert f"the gateway does not accept the client certificate {foreign.certificate}" in stranger.output


def test_each_form_of_key_and_passphrase(ocserv, client, client_host, pki, own):
    locked, box = own.encrypted(PASSPHRASE), own.pkcs12(PASSPHRASE)
    for options, line in (
        ((*_files(locked), "--key-password", PASSPHRASE), ""),
        (_files(locked), PASSPHRASE),  # on standard input
        (("-c", box, "-p", PASSPHRASE), ""),
    ):
        tunnel = client.start(pki, *options, HOST, password=line).wait_up()
        assert PASSPHRASE not in tunnel.output
        carries_data(client_host, ocserv, IPV4)
        assert tunnel.stop() == 0, tunnel.output


def test_pkcs12_with_a_passphrase_that_is_asked(ocserv, client, client_host, pki, own):
    box = own.pkcs12(PASSPHRASE)
    terminal = client.at_terminal(pki, "-c", box, HOST)
    terminal.wait_for(f"Passphrase of {box}: ")
    assert not terminal.echoes()
    terminal.type("open barley\n")
    terminal.wait_for(f"cannot use the client certificate {box}: the passphrase of the private key is wrong")
    terminal.wait_for(f"Passphrase of {box}: ")
    terminal.type(PASSPHRASE + "\n")
    terminal.wait_for(r"\nconnected ")
    assert terminal.echoes() and PASSPHRASE not in terminal.shown
    carries_data(client_host, ocserv, IPV4)


def test_wrong_and_missing_passphrases_and_files(client, pki, own):
    locked = own.encrypted(PASSPHRASE)
    names = f"cannot use the client certificate {own.certificate} with the key"
    for options, words in (
        ((*_files(locked), "--key-password=open barley"), f"{names} {locked.key}: the passphrase of the "),
        (_files(locked), f"{names} {locked.key}: the private key is encrypted: it needs a passphrase"),
        (("-c", own.certificate, "-k", pki.ca), f"{names} {pki.ca}: no private key in PEM form inside"),
        (("-c", "/nonexistent.pem"), "cannot open /nonexistent.pem"),
    ):
        done = client.connect("--cafile", pki.ca, *options, HOST)
        assert done.returncode == 1 and words in done.stdout, done.stdout
    empty = client.start(pki, *_files(locked), HOST, password=f"\n{PASSPHRASE}")  # the first line is the one
    assert empty.wait_end() == 1, empty.output


def test_a_passphrase_is_not_asked_for_ever(client, pki, own):
    terminal = client.at_terminal(pki, *_files(own.encrypted(PASSPHRASE)), HOST)
    for _ in range(3):
        terminal.wait_for("Passphrase of ")
        terminal.type("open barley\n")
    assert terminal.wait_end() == 1, terminal.shown
    assert terminal.shown.count("Passphrase of ") == 3


def test_a_certificate_that_expires_soon_is_told_once(ocserv, client, client_host, pki):
    short = pki.client("bob", days=10)
    tunnel = client.start(pki, *_files(short), HOST).wait_up()
    said = re.findall(f"warning: the client certificate {short.certificate} expires on 20", tunnel.output)
    assert len(said) == 1, tunnel.output
    carries_data(client_host, ocserv, IPV4)
