"""Planted secrets appear in no log, trace, answer, note or store, and on no command line."""

import base64
import contextlib
import os
import re
import signal
from pathlib import Path

import pytest

from lab import processes
from lab.anyconnect import AnyConnect, Tunnel, auth_reply, code_reply, init
from lab.client import Client
from lab.gateway import Gateway, default_config
from lab.otp import code_at
from lab.run import binaries, run, sanitized, wait_until
from lab.secrets import Search, forms_of

HOST = "vpn.example.com"
# With what URLs, XML and JSON spell otherwise.
PASSWORD = 'right+horse/battery&"staple"<7>'
WRONG = "wr0ng&horse/no+battery?at=all"
STDIN = "typed%by/a=script&with+care"
IN_HEADER = "Basic dXNlcjpzZWNyZXQgcGFzc3dvcmQ="
PASSPHRASE = "the key's own/words+&=%"
DIGITS = 8  # six would be found by chance, in times and addresses
EVERYTHING = (
    "a right password",
    "a wrong password",
    "a password on standard input",
    "a password's hash",
    "an OTP seed",
    "a one-time password",
    "a token secret of the client",
    "the gateway's private key",
    "the client's private key",
    "its passphrase",
    "a login cookie",
    "an opaque handle",
    "a session token",
    "a DTLS master secret",
)


class Planted:
    """A gateway and clients that have been given secrets, and the search for these."""

    def __init__(self, gateway: Gateway, home: Path):
        self.gateway, self.home = gateway, home
        self.search = Search()
        self.seed, self.client_seed = os.urandom(20), os.urandom(20)
        self.outputs = {}  # by name: what a program of ours has written
        self.command_lines = b""
        self.used = 0
        self.in_memory = []  # names of what the gateway process still has right after a login

    def code(self, seed):
        """Of the counter's next position."""
        number = code_at(seed, self.used, DIGITS)
        self.used += 1
        self.search.add("a one-time password", number)
        return number

    def look_at_processes(self, *hosts):
        """Command lines and environments."""
        for pid in (pid for host in hosts for pid in host.pids()):
            for name in ("cmdline", "environ"):
                with contextlib.suppress(OSError):  # it has ended meanwhile
                    self.command_lines += Path(f"/proc/{pid}/{name}").read_bytes() + b"\0"


def plant_in_gateway(planted, pair):
    gateway, search = planted.gateway, planted.search
    gateway.add_user("planted", PASSWORD)
    gateway.add_user("typed", STDIN)
    for line in (gateway.folder / "users").read_text().splitlines():
        search.add("a password's hash", line.rsplit("$", 1)[1])
    gateway.config["aaa"]["local"]["otp"] = "users.oath"
    oath = gateway.folder / "users.oath"
    oath.touch(mode=0o600)
    seeds = (("planted", planted.seed), ("typed", planted.client_seed))
    oath.write_text("".join(f"HOTP/E/{DIGITS}\t{user}\t-\t{seed.hex()}\n" for user, seed in seeds))
    gateway.config["connection_profile"]["Careful"] = gateway.config["connection_profile"]["Employees"] | {
        "group_alias": "Careful",
        "default": False,
        "authentication": ["password", "otp"],
    }
    search.add("a right password", PASSWORD)
    search.add("a wrong password", WRONG)
    search.add("a wrong password", IN_HEADER.split()[1])
    search.add("a password on standard input", STDIN)
    search.add("an OTP seed", planted.seed)
    search.add("a token secret of the client", planted.client_seed)
    add_key(search, "the gateway's private key", pair)


def add_key(search, name, pair):
    for number in pair.secret_numbers().values():
        search.add(name, number[4:28])  # libraries may cut or pad at the ends
    search.add(name, pair.key.read_text(encoding="ascii").splitlines()[2][:40])


def log_in_by_hand(planted, host):
    """Each answer once, and a tunnel with DTLS keys, on which the gateway is asked about everything."""
    search = planted.search
    with AnyConnect(host) as one:
        one.post(init("Careful"))
        one.post(auth_reply("planted", WRONG))
        form = one.post(auth_reply("planted", PASSWORD, opaque=""))
        search.add("a login cookie", one.cookies["webvpncontext"])
        search.add("an opaque handle", re.search(r"<aggauth-handle>(\d+)<", form.opaque)[1])
        done = one.post(code_reply(planted.code(planted.seed), form.opaque))
    assert done.kind == "complete", done.body
    if not sanitized():  # its memory is terabytes
        look_into_the_gateway(planted)
    search.add("a session token", done.token)
    search.add("a session token", base64.b64decode(done.token))
    master = os.urandom(48)
    search.add("a DTLS master secret", master)
    headers = {
        "X-DTLS-Master-Secret": master.hex().upper(),
        "X-DTLS12-CipherSuite": "ECDHE-RSA-AES256-GCM-SHA384:AES256-GCM-SHA384",
    }
    with Tunnel(host, done.token, headers=headers) as tunnel:
        assert tunnel.status == 200 and tunnel.header("X-DTLS-Session-ID"), tunnel.headers
        ask_everything(planted, "by hand")
    # Requests that are refused, with secrets in them.
    with AnyConnect(host) as one:
        one.request("POST", "/", f"<config-auth><password>{PASSWORD}".encode())
    with AnyConnect(host) as one:
        headers = {"Cookie": f"webvpn={done.token}x", "X-CSTP-MTU": IN_HEADER}
        one.request("CONNECT", "/CSCOSSLC/tunnel", headers=headers)
    with AnyConnect(host) as one:
        one.request("POST", "/", b"", {"Cookie": f"webvpncontext={IN_HEADER}", "Authorization": IN_HEADER})


def ask_everything(planted, when):
    gateway = planted.gateway
    sessions = gateway.ctl_json("sessions", "--all")
    assert sessions
    attempts = re.findall(r"attempt=(\d+)", gateway.log)
    commands = [("status",), ("sessions", "--all")]
    commands += [("session", str(one["id"])) for one in sessions]
    commands += [("trace", number) for number in {str(one["id"]) for one in sessions} | set(attempts)]
    for command in commands:
        for format in ((), ("--json",)):
            answer = gateway.ctl(*format, *command).stdout
            assert answer.strip(), command
            planted.outputs[f"sallyportctl {' '.join((*format, *command))} {when}"] = answer
    users = run(binaries() / "sallyportctl", "--json", "user", "list", "--file", gateway.folder / "users")
    planted.outputs["sallyportctl user list"] = users.stdout


def run_our_client(planted, network, pki):
    """With everything that it can be given: passphrase and password by standard input, a token, a trace."""
    own = pki.client("typed")
    add_key(planted.search, "the client's private key", own)
    locked = own.encrypted(PASSPHRASE)
    planted.search.add("its passphrase", PASSPHRASE)
    token = planted.home / "token"
    token.touch(mode=0o600)
    secret = base64.b32encode(planted.client_seed).decode()
    token.write_text(f"otpauth://hotp/typed?secret={secret}&counter=0&digits={DIGITS}\n")
    for position in range(2):
        planted.search.add("a one-time password", code_at(planted.client_seed, position, DIGITS))
    client = Client(network["client"], planted.home)
    trace = planted.home / "trace.jsonl"
    options = ("--user=typed", "--authgroup=Careful", "--verbose", "--timestamp", f"--trace={trace}")
    options += ("--certificate", own.certificate, "--sslkey", locked.key)
    options += ("--token-mode=hotp", f"--token-secret=@{token}")
    try:
        tunnel = client.start(pki, *options, HOST, password=f"{PASSPHRASE}\n{STDIN}").wait_up()
        planted.look_at_processes(*network.hosts)
        ask_everything(planted, "with our client")
        (journal,) = Path("/run/sallyport").glob(f"client-{tunnel.process.pid}-*.journal")
        assert journal.stat().st_size > 0
        planted.outputs["the journal of network changes"] = journal.read_text(errors="replace")
        tunnel.send(signal.SIGUSR2)
        tunnel.wait_back()
        assert tunnel.stop() == 0
        planted.outputs["sallyport's output"] = tunnel.output
        planted.outputs["sallyport --trace"] = trace.read_text()
    finally:
        client.close()


def look_into_the_gateway(planted):
    needles = {"the user": b"planted"}  # the search does find what is there
    for name, secret in (("right", PASSWORD), ("wrong", WRONG)):
        needles[name] = re.search(r"[\w+/?=%]{12,}", secret)[0].encode()
    planted.in_memory = processes.memory_holds(planted.gateway.roles()["gateway"], needles)


def crash(planted):
    """Five times; the service ends with its note."""
    gateway, former = planted.gateway, None
    blow = signal.SIGKILL if sanitized() else signal.SIGSEGV  # a sanitizer would take that for its own find
    for _ in range(5):
        former = gateway.wait_replaced("gateway", former, seconds=15)
        wait_until(lambda: gateway.ctl("status", check=False).returncode == 0, 5, "it serves")
        os.kill(former, blow)
    assert gateway.wait_end(20) != 0


@pytest.fixture(scope="module")
def planted(network, folder, pki, pair):
    gateway = Gateway(network.gateway, folder / "gateway", default_config(pki, pair))
    home = folder / "home"
    home.mkdir()
    made = Planted(gateway, home)
    plant_in_gateway(made, pair)
    gateway.start()
    try:
        log_in_by_hand(made, network["client"])
        run_our_client(made, network, pki)
        crash(made)
        yield made
    finally:
        gateway.close()


@pytest.mark.parametrize("form", forms_of(b"sixteen bytes+/?"))
def test_the_search_finds_a_secret_in_each_form(tmp_path, form):
    secret = os.urandom(24)
    search = Search()
    search.add("one", secret)
    (tmp_path / "file").write_bytes(b"\0before " + forms_of(secret)[form] + b" behind\xff")
    assert any(f"one (1), {form}" in found for found in search.found_below(tmp_path))


@pytest.mark.parametrize("alignment", range(5))
def test_the_search_finds_a_secret_in_the_middle_of_base64(alignment):
    search = Search()
    search.add("one", secret := os.urandom(24))
    assert search.found_in(base64.b64encode(b"x" * alignment + secret + b"the rest"))
    assert not search.found_in(base64.b64encode(b"x" * alignment + os.urandom(24)))


def test_everything_is_planted(planted):
    assert set(planted.search.names) == set(EVERYTHING)
    assert len(EVERYTHING) >= 12


def test_no_secret_is_in_the_gateways_log(planted):
    log = planted.gateway.log
    assert "debug gateway: request" in log and "login refused" in log
    assert planted.search.found_in(log) == []


def test_no_secret_is_in_what_programs_say(planted):
    said = planted.outputs
    assert any(name.startswith("sallyportctl --json trace") for name in said)
    assert '"step":"accepted"' in "".join(said.values())
    assert '"step":"finished"' in said["sallyport --trace"] and "5   X-DTLS" in said["sallyport's output"]
    assert [(name, found) for name, text in said.items() if (found := planted.search.found_in(text))] == []


def test_no_secret_is_in_the_state_folder_or_the_crash_note(planted):
    state = planted.gateway.folder / "state"
    names = {path.name for path in state.iterdir()}
    assert {"sessions.db", "otp.db", "crash-gateway.txt"} <= names, names
    assert planted.search.found_below(state) == []


def test_no_secret_is_in_what_the_client_leaves(planted):
    assert (planted.home / ".config/sallyport/preferences.xml").exists()
    assert planted.search.found_below(planted.home, without=[planted.home / "token"]) == []


def test_no_secret_is_on_a_command_line_or_in_an_environment(planted):
    assert b"sallyport\0" in planted.command_lines and b"--role" in planted.command_lines
    assert planted.search.found_in(planted.command_lines) == []


@pytest.mark.skipif(sanitized(), reason="a sanitizer keeps memory that was freed")
def test_no_password_stays_in_the_gateways_memory(planted):
    assert planted.in_memory == ["the user"]


@pytest.mark.skipif(sanitized(), reason="a build with a sanitizer has no sandbox")
def test_a_crash_leaves_no_core(planted):
    folders = (planted.gateway.folder, planted.home, Path.cwd(), Path("/"), Path("/var/lib/systemd/coredump"))
    assert planted.gateway.log.count("gateway died: signal 11") >= 4, planted.gateway.log[-2000:]
    assert [path for folder in folders for path in folder.glob("core*") if _is_dump(path)] == []


def _is_dump(path):
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"
