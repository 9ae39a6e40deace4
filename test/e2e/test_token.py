"""sallyport with a software token on Debian's ocserv, which asks user, password and code in three forms."""

import pytest

from lab.client import LOGIN_FAILED
from lab.ocserv import PORT, Ocserv
from lab.traffic import carries_data

HOST = f"vpn.example.com:{PORT}"
IPV4 = Ocserv.inner[0]
SECRET = "3132333435363738393031323334353637383930"  # of RFC 4226, appendix D
OTHER = "0x00000000000000000000000000000000000000"


@pytest.fixture(scope="module")
def ocserv(network, folder, pair):
    """Asks alice for codes by time and bob for codes by counter."""
    made = Ocserv(network.gateway, folder / "ocserv", pair)
    made.add_user("bob")
    codes = made.folder / "users.oath"
    codes.write_text(f"HOTP/T30/6 alice - {SECRET}\nHOTP/E/6 bob - {SECRET}\n")
    made.config["auth"] = f'"plain[passwd={made.folder}/users,otp={codes}]"'
    yield made.start()
    made.stop()


@pytest.fixture
def client(untouched, ocserv, vpn_client):
    yield vpn_client
    vpn_client.close()
    ocserv.has_no_tunnel()


def test_codes_by_time(ocserv, client, client_host, pki):
    options = ("--user=alice", "--token-mode=totp", f"--token-secret=0x{SECRET}")
    tunnel = client.start(pki, *options, HOST).wait_up()
    assert "Please enter your OTP password." in tunnel.output and SECRET not in tunnel.output
    carries_data(client_host, ocserv, IPV4)


def test_codes_by_counter_from_a_file_that_keeps_it(ocserv, client, client_host, pki, folder):
    file = folder / "token"
    file.write_text(f"0x{SECRET},3\n# the one with the blue cover\n")
    file.chmod(0o640)
    for counter in (4, 5):
        options = ("--user=bob", "--token-mode=hotp", f"--token-secret=@{file}")
        tunnel = client.start(pki, *options, HOST).wait_up()
        carries_data(client_host, ocserv, IPV4)
        assert tunnel.stop() == 0
        assert file.read_text() == f"0x{SECRET},{counter}\n# the one with the blue cover\n"
        assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("mode, user", [("totp", "alice"), ("hotp", "bob")])
def test_a_wrong_token_ends_in_words(ocserv, client, pki, mode, user):
    options = (f"--user={user}", f"--token-mode={mode}", f"--token-secret={OTHER}")
    tunnel = client.start(pki, *options, HOST)
    assert tunnel.wait_end() == LOGIN_FAILED, tunnel.output
    assert "refused the login with the token's code: 401 Authentication failed" in tunnel.output
    assert OTHER not in tunnel.output


def test_a_wrong_password_is_not_answered_with_a_code(client, pki):
    options = ("--user=alice", "--token-mode=totp", f"--token-secret=0x{SECRET}")
    tunnel = client.start(pki, *options, HOST, password="wrong")
    assert tunnel.wait_end() == LOGIN_FAILED, tunnel.output
    assert "standard input has no further password" in tunnel.output


def test_other_tokens_are_refused_in_one_line(client, pki):
    done = client.connect("--token-mode=rsa", "--token-secret=x", HOST)
    assert done.returncode == 1 and "'rsa' tokens are not supported, only totp and hotp" in done.stdout
    assert len(done.stdout.splitlines()) <= 2, done.stdout


def test_a_secret_that_is_none_is_not_shown(client, pki):
    done = client.connect("--cafile", pki.ca, "--token-mode=totp", "--token-secret=base32:18890", HOST)
    assert done.returncode == 1 and "the token secret is not base32" in done.stdout, done.stdout
    assert "18890" not in done.stdout
