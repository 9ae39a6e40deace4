"""Four processes: who they are, what they may, and where the private keys are."""

import ctypes
import errno
import functools
import os
import re
import struct
from pathlib import Path

import pytest

from lab import processes
from lab.gateway import ROLES, Gateway, default_config
from lab.run import run, sanitized
from lab.tls import s_client

WORKERS = sorted(ROLES)
sandboxed = pytest.mark.skipif(sanitized(), reason="a build with a sanitizer has no sandbox")


@pytest.fixture(scope="module")
def pairs(pki, pair):
    return {"rsa": pair, "ecdsa": pki.server("ec", "ecdsa")}


@pytest.fixture(scope="module")
def gateway(network, folder, pki, pairs):
    """With an RSA and an ECDSA key, both of them used before anything is looked at."""
    config = default_config(pki, pairs["rsa"])
    ec = pairs["ecdsa"]
    config["tls"]["key_pair"] = [{"certificate": str(ec.certificate), "private_key": str(ec.key)}]
    made = Gateway(network.gateway, folder / "gateway", config)
    try:
        made.start()
        for algorithm in ("RSA-PSS+SHA256", "ECDSA+SHA256"):
            assert s_client(network["client"], "-sigalgs", algorithm).cipher
        yield made
    finally:
        made.close()


def test_the_supervisor_is_root_and_the_others_are_three_different_users(gateway):
    assert processes.uid(gateway.pid) == 0
    uids = {role: processes.uid(pid) for role, pid in gateway.roles().items()}
    assert len(set(uids.values())) == 3, uids
    if run("getent", "passwd", "_sallyport-gateway", check=False).returncode != 0:
        assert set(uids.values()) == {61180, 61181, 61182}


@pytest.fixture
def other(new_gateway):
    """Not started; it runs beside the first."""
    made = new_gateway()
    made.config["listen"].update(tcp="198.51.100.1:443", udp="")
    made.config["tunnel"].update(interface="sally1", address_pool="10.21.0.0/16", address_pool6="fd21::/64")
    return made


def test_a_user_in_the_configuration_replaces_the_fixed_number(other, gateway):
    other.config["process"] = {"gateway_user": 61290, "keeper_user": "61291", "authenticator_user": "nobody"}
    other.start()
    uids = {role: processes.uid(pid) for role, pid in other.roles().items()}
    assert uids == {"gateway": 61290, "keeper": 61291, "authenticator": 65534}


@pytest.mark.parametrize("role", WORKERS)
def test_a_process_below_the_supervisor_has_no_group_and_no_capability(gateway, role):
    status = processes.status(gateway.roles()[role])
    assert status["Groups"] == ""
    assert "0" not in status["Gid"].split()
    for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(status[kind], 16) == 0, kind


@sandboxed
@pytest.mark.parametrize("role", WORKERS)
def test_a_process_below_the_supervisor_is_confined(gateway, role):
    pid = gateway.roles()[role]
    for thread in Path(f"/proc/{pid}/task").iterdir():
        status = processes.status(f"{pid}/task/{thread.name}")
        assert status["NoNewPrivs"] == "1"
        assert status["Seccomp"] == "2"


def without_landlock():
    """From here on the kernel says that it has none: a filter that answers one call with ENOSYS."""
    libc = ctypes.CDLL(None, use_errno=True)
    landlock_create_ruleset, answer_errno, allow = 444, 0x00050000, 0x7FFF0000
    program = struct.pack("<HBBI", 0x20, 0, 0, 0)  # load the call's number
    program += struct.pack("<HBBI", 0x15, 0, 1, landlock_create_ruleset)  # another one: look over the next
    program += struct.pack("<HBBI", 0x06, 0, 0, answer_errno | errno.ENOSYS)
    program += struct.pack("<HBBI", 0x06, 0, 0, allow)
    code = ctypes.create_string_buffer(program)
    filters = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(code)))
    set_no_new_privs, set_seccomp, by_filter = 38, 22, 2
    assert libc.prctl(set_no_new_privs, 1, 0, 0, 0) == 0 and libc.prctl(set_seccomp, by_filter, filters) == 0


def test_a_kernel_without_landlock_is_told_once(other, gateway, monkeypatch):
    words = "this kernel has no Landlock: seccomp alone keeps the other processes from files"
    assert words not in gateway.log
    start = functools.partial(other.host.start, preexec_fn=without_landlock)
    monkeypatch.setattr(other.host, "start", start)
    other.start()
    assert other.log.count(words) == 1
    assert other.roles().keys() == ROLES


@sandboxed
@pytest.mark.parametrize("role", WORKERS)
def test_a_process_below_the_supervisor_leaves_no_core_and_cannot_be_traced_by_its_own_user(gateway, role):
    pid = gateway.roles()[role]
    limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
    assert re.search(r"^Max core file size\s+0\s+0\s", limits, re.M)
    uid = processes.uid(pid)
    # The files of a process that may not be dumped belong to root, whoever it runs as.
    assert os.stat(f"/proc/{pid}/environ").st_uid == 0
    read = run("setpriv", f"--reuid={uid}", "--clear-groups", "cat", f"/proc/{pid}/maps", check=False)
    assert read.returncode != 0 and "Permission denied" in read.stdout


@pytest.mark.parametrize("role", WORKERS)
def test_a_process_below_the_supervisor_holds_only_the_descriptors_it_was_given(gateway, role):
    pid = gateway.roles()[role]
    held = [os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()]
    files = [name for name in held if name.startswith("/") and not name.startswith("/dev/")]
    given = {str(gateway.log_file)}
    # They open no file: those of their databases come from the supervisor.
    databases = {"gateway": "sessions.db", "authenticator": "otp.db"}
    if role in databases:
        given |= {str(gateway.folder / "state" / (databases[role] + end)) for end in ("", "-wal")}
    assert set(files) <= given, held
    if role != "gateway":
        assert "/dev/net/tun" not in held


@sandboxed
def test_the_keeper_has_the_private_keys_and_the_gateway_has_no_part_of_them(gateway, pairs):
    needles = {}
    for kind, pair in pairs.items():
        for name, number in pair.secret_numbers().items():
            middle = number[4:28]  # libraries may cut or pad at the ends
            needles[f"{kind} {name}"] = middle
            needles[f"{kind} {name} reversed"] = middle[::-1]
        body = pair.key.read_text(encoding="ascii").splitlines()[2]
        needles[f"{kind} PEM"] = body[:40].encode()
    roles = gateway.roles()
    found = processes.memory_holds(roles["keeper"], needles)
    assert {name.split()[0] for name in found} == {"rsa", "ecdsa"}, found  # the search does find keys
    assert processes.memory_holds(roles["gateway"], needles) == []
    assert processes.memory_holds(roles["authenticator"], needles) == []


def test_only_the_gateway_holds_a_network_socket(gateway):
    roles = gateway.roles()
    table = gateway.host.run("ss", "-Htulnp").stdout
    for role in ("keeper", "authenticator"):
        assert f"pid={roles[role]}," not in table, table
    assert f"pid={roles['gateway']}," in table
