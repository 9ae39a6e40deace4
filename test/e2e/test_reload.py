"""Reloads while users have tunnels: a bad file changes nothing, a good one is for those who come."""

import re

import pytest

from lab.anyconnect import AnyConnect, auth_reply, init
from lab.bad_keys import BAD_KEYS
from lab.gateway import POSITION
from lab.run import run
from lab.tls import s_client


@pytest.fixture
def restored(gateway):
    """The shared gateway has its own configuration again when the test is over."""
    before = dict(gateway.config["tls"])
    yield
    gateway.config["tls"] = before
    gateway.write_config()
    gateway.ctl("reload")


def served_serial(host):
    shown = s_client(host).certificate
    return run("openssl", "x509", "-noout", "-serial", text_input=shown).stdout.strip()


def test_reloads_with_unreadable_keys_and_bad_values_change_nothing(
    gateway, restored, bystanders, client_host, pair
):
    with bystanders.undisturbed():
        for spoil in BAD_KEYS:
            path = gateway.folder / f"{spoil.__name__}.key"
            spoil(path, pair)
            gateway.config["tls"]["private_key"] = str(path)
            _is_not_reloaded(gateway)
        gateway.config["tls"]["private_key"] = str(pair.key)
        for key, value in (("legaci", True), ("legacy", "perhaps")):
            gateway.config["tls"][key] = value
            _is_not_reloaded(gateway, key)
            del gateway.config["tls"][key]
        assert served_serial(client_host) == pair.serial()


def _is_not_reloaded(gateway, word=""):
    gateway.write_config()
    logged = len(gateway.log)
    done = gateway.ctl("reload", check=False)
    assert done.returncode != 0 and re.search(POSITION + f".*{word}", done.stdout), done.stdout
    gateway.wait_log(re.escape(str(gateway.config_file)) + POSITION + f".*{word}", after=logged)


def test_a_reload_with_another_key_is_for_those_who_come(gateway, restored, bystanders, client_host, pki):
    with bystanders.undisturbed():
        with AnyConnect(client_host) as client:
            client.post(init())
            for number, kind in enumerate(("rsa", "ecdsa", "rsa")):
                fresh = pki.server(f"fresh-{number}", kind)
                gateway.config["tls"].update(certificate=str(fresh.certificate), private_key=str(fresh.key))
                gateway.write_config()
                gateway.ctl("reload")
                assert served_serial(client_host) == fresh.serial()
            assert client.post(auth_reply("alice", "correct horse")).status == 200  # a login under way, too
    gateway.ctl("disconnect", "--user", "alice", check=False)
