"""`sallyportctl trace`: what happened in a session or a connection, step by step."""

import json
import re
import signal
from datetime import datetime

import pytest

from lab.anyconnect import AnyConnect, Tunnel, auth_reply, init
from lab.gateway import Gateway, default_config
from lab.network import another_address
from lab.otp import Token
from lab.run import wait_until
from lab.tls import shakes_hands

pytestmark = pytest.mark.usefixtures("no_session_is_left")

HOST = "vpn.example.com"
EVENT = {"time", "attempt", "phase", "title", "direction", "step", "fields"}
PROFILE = (
    '<AnyConnectProfile xmlns="http://schemas.xmlsoap.org/encoding/"><ServerList><HostEntry>'
    "<HostName>Head office</HostName><HostAddress>vpn.example.com</HostAddress>"
    "</HostEntry></ServerList></AnyConnectProfile>\n"
)


@pytest.fixture(scope="module")
def counter():
    return Token("alice")


@pytest.fixture(scope="module")
def shared_gateway(network, folder, pki, pair, counter):
    """With two control threads and a client profile; the password is asked first, then a code."""
    config = default_config(pki, pair)
    config["process"] = {"control_threads": 2}
    config["aaa"]["local"]["otp"] = "users.oath"
    config["connection_profile"]["Careful"] = config["connection_profile"]["Employees"] | {
        "group_alias": "Careful",
        "default": False,
        "authentication": ["password", "otp"],
    }
    config["group_policy"]["staff"]["client_profile"] = "corp.xml"
    made = Gateway(network.gateway, folder / "gateway", config)
    (made.folder / "corp.xml").write_text(PROFILE)
    oath = made.folder / "users.oath"
    oath.touch(mode=0o600)
    oath.write_text(counter.line)
    yield made
    made.close()


def trace(gateway, number):
    """Checked for what is true of each: the order, the keys, and no time that is none."""
    told = gateway.ctl_json("trace", str(number))
    assert told.keys() == {"id", "kind", "is_whole", "recorded_since", "events"} and told["id"] == number
    assert all(event.keys() == EVENT for event in told["events"]), told
    times = [datetime.fromisoformat(event["time"].replace("Z", "+00:00")) for event in told["events"]]
    assert times == sorted(times)
    return told


def steps(told, phase):
    return [event["step"] for event in told["events"] if event["phase"] == phase]


def fields(told, phase, step):
    """Of all events of this kind, later ones over earlier ones."""
    found = [event["fields"] for event in told["events"] if (event["phase"], event["step"]) == (phase, step)]
    assert found, (phase, step, told)
    return {name: value for each in found for name, value in each.items()}


def tells_the_session(told, session):
    """All six phases in their order, with what `sessions` and the protocol say."""
    assert told["kind"] == "session" and told["is_whole"], told
    phases = [event["phase"] for event in told["events"]]
    firsts = [phases.index(phase) for phase in range(1, 7)]
    assert firsts == sorted(firsts), told
    done = fields(told, 1, "finished")
    assert (done["version"], done["cipher"]) == (session["tls"]["version"], session["tls"]["cipher"])
    assert done["client_certificate"] == "none" and done["group"] and done["session_id_chosen"] in (0, 32)
    assert fields(told, 1, "connected")["peer"].startswith(session["remote_address"] + ":")
    assert fields(told, 2, "received")["message"] == "init"
    assert fields(told, 2, "finished")["connection_profile"] == session["connection_profile"]
    finished = fields(told, 3, "finished")
    assert (finished["user"], finished["session"]) == (session["user"], session["id"])
    fetched = fields(told, 4, "finished")
    assert (fetched["profile"], fetched["bytes"]) == ("corp.xml", len(PROFILE))
    connected = fields(told, 5, "finished")
    assert (connected["ipv4"], connected["ipv6"]) == (session["ipv4"], session["ipv6"])
    assert max(connected["cstp_mtu"], connected["dtls_mtu"]) == session["mtu"]
    assert fields(told, 5, "received")["message"] == "CONNECT" and fields(told, 5, "sent")["status"] == 200
    dtls = fields(told, 6, "finished")
    assert (dtls["version"], dtls["cipher"]) == (session["dtls"]["version"], session["dtls"]["cipher"])


def test_all_six_phases_of_our_client(gateway, client, pki):
    """Its second connection is the downloader's, as the client has no profile yet."""
    tunnel = client.start(pki, "--user=alice", "--authgroup=Employees", HOST).wait_up()
    session = gateway.wait_dtls()
    told = trace(gateway, session["id"])
    tells_the_session(told, session)
    assert len({event["attempt"] for event in told["events"]}) > 1
    assert tunnel.stop() == 0
    gateway.has_no_session()
    told = trace(gateway, session["id"])
    assert told["is_whole"] and told["events"][-1]["step"] == "ended", told
    assert fields(told, None, "received")["message"] == "DISCONNECT"


def test_all_six_phases_of_openconnect(gateway, openconnect, pki, folder):
    """It fetches the client profile where it may write one."""
    config = folder / "openconnect.xml"
    config.write_text("old")
    options = ("--user=alice", "--authgroup=Employees", f"--xmlconfig={config}")
    openconnect.start(pki, *options, HOST).wait_up()
    session = gateway.wait_dtls()
    tells_the_session(trace(gateway, session["id"]), session)
    assert config.read_text() == PROFILE


def test_each_round_of_a_login_over_several_connections(gateway, client_host, counter):
    """Wrong and right answers, each on a connection of its own, on whichever control thread."""
    cookies = {}
    for body in (
        init("Careful"),
        auth_reply("alice", "wrong"),
        auth_reply("alice", "correct horse"),
        None,
    ):
        with AnyConnect(client_host) as one:
            one.cookies = cookies
            if body is None:
                answer = one.post(auth_reply("", counter.code()).replace("password>", "secondary_password>"))
            else:
                answer = one.post(body)
            cookies = one.cookies
    assert answer.kind == "complete", answer.body
    with Tunnel(client_host, answer.token) as tunnel:
        assert tunnel.status == 200
        session = gateway.only_session()
    told = trace(gateway, session["id"])
    assert told["is_whole"] and len({event["attempt"] for event in told["events"]}) == 5, told
    refused = fields(told, 3, "refused")
    assert refused["reason"] == "wrong password" and refused["round"] == 1, refused
    accepted = [event["fields"] for event in told["events"] if event["step"] == "accepted"]
    assert [(one["method"], one["round"]) for one in accepted] == [("password", 2), ("one-time password", 3)]
    asked = [event["fields"]["message"] for event in told["events"] if event["step"] == "asked"]
    assert asked == ["main", "main", "challenge"], told


def test_the_life_of_a_session_after_the_six_phases(gateway, client_host, client, pki):
    tunnel = client.start(pki, "--user=alice", "--authgroup=Employees", "--no-dtls", HOST).wait_up()
    session = gateway.only_session()["id"]

    def life():
        return steps(trace(gateway, session), None)

    tunnel.send(signal.SIGUSR2)
    tunnel.wait_back()
    wait_until(lambda: "taken_over" in life(), 10, "the old connection's end is told")
    with another_address(client_host):
        tunnel.wait_back(2)
        wait_until(lambda: "roamed" in life(), 10, "the new address is told")
    tunnel.wait_back(3)
    tunnel.process.kill()
    wait_until(lambda: "detached" in life(), 10, "the loss is told")
    assert fields(trace(gateway, session), None, "lost")["reason"] in ("lost", "silent")
    gateway.ctl("disconnect", str(session))
    wait_until(lambda: life()[-1] == "ended", 10, "the end is told")
    assert fields(trace(gateway, session), None, "ended")["reason"] == "disconnected by an administrator"


def test_our_client_writes_its_own_trace_as_it_happens(gateway, client, pki):
    file = client.home / "trace.jsonl"
    tunnel = client.start(pki, "--user=alice", "--authgroup=Employees", f"--trace={file}", HOST).wait_up()
    tunnel.wait_output("(?m)^dtls up")
    session = gateway.wait_dtls()

    def told():
        return {"events": [json.loads(line) for line in file.read_text().splitlines()]}

    assert file.stat().st_mode & 0o777 == 0o600
    assert all(event.keys() == EVENT for event in told()["events"])
    phases = [event["phase"] for event in told()["events"]]
    assert [phases.index(phase) for phase in range(1, 7)] == sorted(phases.index(one) for one in range(1, 7))
    assert all("finished" in steps(told(), phase) for phase in range(1, 7)), told()
    done = fields(told(), 5, "finished")
    assert done["ipv4"] == session["ipv4"] and done["mtu"] == session["mtu"]
    assert fields(told(), 6, "finished")["cipher"] == session["dtls"]["cipher"]
    tunnel.send(signal.SIGUSR2)
    tunnel.wait_back()
    tunnel.wait_output("(?m)(^dtls up(?s:.*)){2}")
    assert tunnel.stop() == 0
    assert told()["events"][-1]["step"] == "ended", told()
    assert steps(told(), 5).count("finished") == 2


def test_a_drawn_trace_is_refused_in_one_line(client, gateway, pki):
    done = client.connect("--cafile", pki.ca, f"--trace={client.home}/page.html", HOST)
    assert done.returncode == 1 and "not built yet" in done.stdout, done.stdout
    assert len(done.stdout.splitlines()) == 1 and not (client.home / "page.html").exists()


def attempt_in(line):
    return int(re.search(r"attempt=(\d+)", line)[1])


def test_a_connection_is_found_by_the_number_in_the_log(gateway, client_host):
    before = len(gateway.log)
    with AnyConnect(client_host) as one:
        one.post(init())
        one.post(auth_reply("alice", "wrong"))
    told = trace(gateway, attempt_in(gateway.wait_log("login refused", after=before)))
    assert told["kind"] == "attempt" and told["is_whole"]
    assert steps(told, 3) == ["received", "refused", "asked", "sent"], told


def test_no_two_connections_have_one_number(gateway, client_host):
    before = len(gateway.log)
    for _ in range(12):
        assert shakes_hands(client_host)

    def lines():
        return [line for line in gateway.log[before:].splitlines() if "TLS handshake done" in line]

    wait_until(lambda: len(lines()) == 12, 10, "all handshakes are logged")
    assert len({attempt_in(line) for line in lines()}) == 12


def test_a_handshake_that_fails_says_why(gateway, client_host):
    before = len(gateway.log)
    with client_host.connect("192.0.2.1", 443) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
    told = trace(gateway, attempt_in(gateway.wait_log("connection ended: TLS handshake", after=before)))
    assert "reason" in fields(told, 1, "failed"), told


def test_a_dead_token_is_told(gateway, client_host):
    before = len(gateway.log)
    with Tunnel(client_host, "AAAA") as tunnel:
        assert tunnel.status == 401
    told = trace(gateway, attempt_in(gateway.wait_log("TLS handshake done", after=before)))
    assert fields(told, 5, "failed")["reason"] == "a CONNECT without the token of a session"
    assert fields(told, 5, "sent")["status"] == 401


def test_for_a_person_it_is_a_line_for_each_step(gateway, client_host):
    with AnyConnect(client_host) as one:
        token = one.log_in()
    with Tunnel(client_host, token):
        session = gateway.only_session()["id"]
    wait_until(lambda: "detached" in steps(trace(gateway, session), None), 10, "nothing more happens")
    printed = gateway.ctl("trace", str(session)).stdout
    assert re.match(rf"session {session}, times in ms since 2\d{{3}}-\S+Z\n +0\.000 ", printed), printed
    connect = r"(?m)^ +\d+\.\d{3} +\d+  5 CSTP CONNECT +<- received +message=CONNECT$"
    assert re.search(connect, printed), printed
    assert len(printed.splitlines()) == len(trace(gateway, session)["events"]) + 1


def test_an_id_that_nobody_has_is_one_line_and_status_1(gateway):
    done = gateway.ctl("trace", "8007199254740991", check=False)
    assert done.returncode == 1 and len(done.stdout.splitlines()) == 1, done.stdout
    assert "there is no session or connection 8007199254740991" in done.stdout
    assert gateway.ctl("trace", "alice", check=False).returncode == 1


def test_what_went_with_the_gateway_process_is_said_to_be_missing(gateway, client_host):
    with AnyConnect(client_host) as one:
        token = one.log_in()
    session = [one["id"] for one in gateway.ctl_json("sessions", "--all")]
    gateway.wait_replaced("gateway", gateway.kill("gateway"))
    wait_until(lambda: gateway.ctl("status", check=False).returncode == 0, 10, "the gateway answers")
    told = trace(gateway, session[0])
    assert told["events"] == [] and not told["is_whole"]
    assert "the beginning is missing" in gateway.ctl("trace", str(session[0])).stdout
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.status == 200
        told = trace(gateway, session[0])
    assert steps(told, 5) == ["received", "finished", "sent"] and not told["is_whole"], told
