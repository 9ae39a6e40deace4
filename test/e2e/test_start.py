"""Starting, the command line, the configuration file, reloading and stopping."""

import json
import os
import re
import signal
import socket

import pytest

from lab.gateway import POSITION, ROLES
from lab.run import binaries, run, wait_until
from lab.tls import s_client, shakes_hands
from lab.traffic import carries_data


def test_becomes_ready_and_then_accepts_on_every_listener(new_gateway, client_host):
    new_gateway().start()
    assert shakes_hands(client_host, "192.0.2.1")
    assert shakes_hands(client_host, "2001:db8::1")


def test_the_unspecified_ipv6_address_takes_both_families(new_gateway, client_host):
    gateway = new_gateway()
    gateway.config["listen"]["tcp"] = "[::]:443"
    gateway.start()
    assert shakes_hands(client_host, "192.0.2.1")
    assert shakes_hands(client_host, "2001:db8::1")


def test_logs_exactly_one_line_with_ready(new_gateway):
    gateway = new_gateway().start()
    lines = [line for line in gateway.log.splitlines() if re.search(r"(?<!\S)ready(?!\S)", line)]
    assert len(lines) == 1, lines


def test_tells_systemd_when_it_is_ready(new_gateway):
    gateway = new_gateway()
    path = gateway.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(path))
        notify.settimeout(5)
        gateway.start(env={**os.environ, "NOTIFY_SOCKET": str(path)})
        assert b"READY=1" in notify.recv(4096)


def test_version_is_one_line_with_a_number(client_host):
    for program in ("sallyportd", "sallyport", "sallyportctl"):
        printed = client_host.run(binaries() / program, "--version").stdout
        assert re.fullmatch(r".*\d+\.\d+\.\d+.*\n", printed), (program, printed)


def test_sigterm_ends_it_with_status_0_and_nothing_remains(new_gateway, network):
    gateway = new_gateway().start()
    gateway.roles()
    assert gateway.stop() == 0
    wait_until(lambda: not network.gateway.pids(), 10, "all processes end")


def test_log_lines_are_json_objects_if_asked(new_gateway):
    gateway = new_gateway()
    gateway.start("--log-format", "json")
    lines = [json.loads(line) for line in gateway.log.splitlines()]
    assert lines
    assert all({"time", "level", "role", "message"} <= line.keys() for line in lines)


def test_check_accepts_a_good_file_without_starting_anything(new_gateway, network):
    gateway = new_gateway()
    gateway.write_config()
    done = gateway.command("--check")
    assert done.returncode == 0, done.stdout
    assert not network.gateway.pids()


def unknown_key(gateway):
    gateway.config["tls"]["certifikate"] = "x.pem"
    return "certifikate"


def wrong_type(gateway):
    gateway.config["tunnel"]["mtu"] = "big"
    return "mtu"


def missing_key_file(gateway):
    gateway.config["tls"]["private_key"] = "absent.key"
    return "absent.key"


def certificate_that_is_none(gateway):
    (gateway.folder / "noise.pem").write_text("this is no certificate\n")
    gateway.config["tls"]["certificate"] = "noise.pem"
    return "noise.pem"


def unknown_policy(gateway):
    gateway.config["connection_profile"]["Employees"]["group_policy"] = "nobody"
    return "nobody"


BAD = [unknown_key, wrong_type, missing_key_file, certificate_that_is_none, unknown_policy]


@pytest.mark.parametrize("spoil", BAD, ids=lambda f: f.__name__)
def test_a_bad_configuration_is_refused_with_its_position(new_gateway, spoil):
    gateway = new_gateway()
    named = spoil(gateway)
    gateway.write_config()
    _is_refused(gateway, re.escape(named))


def test_a_key_that_does_not_match_the_certificate_is_refused_with_its_position(new_gateway, pki):
    gateway = new_gateway()
    gateway.config["tls"]["private_key"] = str(pki.server("stranger").key)
    gateway.write_config()
    _is_refused(gateway, r"\bkey\b")


def _is_refused(gateway, why):
    """Both by --check and by a start: status 1, the position and the reason."""
    for arguments in (["--check"], []):
        done = gateway.command(*arguments)
        assert done.returncode == 1, done.stdout
        position = re.escape(str(gateway.config_file)) + POSITION
        assert re.search(position + ".*" + why, done.stdout), done.stdout


def test_a_syntax_error_is_refused_with_its_position(new_gateway):
    gateway = new_gateway()
    gateway.write_config('[listen]\ntcp = "192.0.2.1:443\n')
    done = gateway.command("--check")
    assert done.returncode == 1
    assert re.search(re.escape(str(gateway.config_file)) + r":2:\d+: ", done.stdout), done.stdout


def test_a_missing_file_is_refused_in_one_line(new_gateway):
    gateway = new_gateway()
    done = gateway.command("--check")
    assert done.returncode == 1
    assert str(gateway.config_file) in done.stdout
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("spoil", BAD, ids=lambda f: f.__name__)
def test_reloading_a_bad_file_keeps_everything_as_it_was(new_gateway, client_host, pair, spoil):
    gateway = new_gateway().start()
    before = gateway.roles()
    spoil(gateway)
    gateway.write_config()
    seen = len(gateway.log)
    gateway.reload()
    gateway.wait_log(re.escape(gateway.config_file.name) + POSITION, after=seen)
    assert s_client(client_host, "-CAfile", pair.certificate.parent / "ca.pem").verified
    assert gateway.roles() == before


def test_what_a_reload_cannot_change_stays_and_is_said(new_gateway, client_host, pki, vpn_client):
    gateway = new_gateway().start()
    gateway.config["tunnel"]["address_pool"] = "10.40.0.0/16"
    gateway.config["listen"]["admin"] = "unix:other.sock"
    gateway.write_config()
    for _ in range(2):  # said each time
        before = len(gateway.log)
        gateway.ctl("reload")
        for section in ("tunnel", "listen"):
            gateway.wait_log(f"at the next start only.*{section}", after=before)
    vpn_client.start(pki, "--user=alice", "vpn.example.com").wait_up()
    assert gateway.only_session()["ipv4"].startswith("10.20.")
    carries_data(client_host, gateway)
    vpn_client.close()
    gateway.stop()
    assert not gateway.socket.exists()


def test_reloading_with_a_new_certificate_serves_it(new_gateway, client_host, pki, pair):
    gateway = new_gateway().start()
    assert _served_serial(client_host) == pair.serial()
    fresh = pki.server("fresh")
    gateway.config["tls"].update(certificate=str(fresh.certificate), private_key=str(fresh.key))
    gateway.write_config()
    gateway.reload()
    wait_until(lambda: _served_serial(client_host) == fresh.serial(), 5, "the new certificate is served")
    assert gateway.roles().keys() == ROLES


def test_reloading_reads_a_certificate_that_was_replaced_in_place(new_gateway, client_host, pki):
    gateway = new_gateway()
    first = pki.server("in-place")
    gateway.config["tls"].update(certificate=str(first.certificate), private_key=str(first.key))
    gateway.start()
    second = pki.server("in-place")
    gateway.reload()
    wait_until(lambda: _served_serial(client_host) == second.serial(), 5, "the new certificate is served")


def _served_serial(host):
    certificate = s_client(host).certificate
    return certificate and run("openssl", "x509", "-noout", "-serial", text_input=certificate).stdout.strip()


def test_sigint_ends_it_like_sigterm(new_gateway):
    gateway = new_gateway().start()
    gateway.process.send_signal(signal.SIGINT)
    assert gateway.wait_end() == 0
