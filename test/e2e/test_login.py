"""Phases 2 and 3, message by message: groups, forms, passwords, tokens."""

import re

import pytest

from lab.anyconnect import AnyConnect, Answer, Tunnel, auth_reply, config_auth, init


@pytest.fixture
def gateway(new_gateway):
    made = new_gateway()
    made.config["connection_profile"]["Visitors"] = {
        "group_alias": "Guests & friends",
        "group_url": ["/guests"],
        "aaa": "local",
        "group_policy": "staff",
    }
    return made.start()


@pytest.fixture
def client(gateway, client_host):
    with AnyConnect(client_host) as made:
        yield made


def texts(answer, path):
    return [element.text for element in answer.xml.iterfind(path)]


def test_the_first_form_asks_for_name_and_password_and_lists_the_groups(client):
    form = client.post(init())
    assert form.status == 200 and form.kind == "auth-request"
    assert form.xml.get("aggregate-auth-version") == "2"
    assert form.headers["X-Aggregate-Auth"] == "1" and form.headers["X-Transcend-Version"] == "1"
    assert [one.get("name") for one in form.xml.iter("input")] == ["username", "password"]
    assert form.groups == ["Employees*", "Guests & friends"]
    assert texts(form, "opaque/tunnel-group") == ["Employees"]
    assert texts(form, "opaque/group-alias") == ["Employees"]
    assert form.xml.find("auth/form").get("action") == "/"


def test_another_group_is_chosen_by_a_second_init(client):
    client.post(init())
    form = client.post(init(group="Guests & friends"))
    assert form.groups == ["Guests & friends*", "Employees"]
    assert texts(form, "opaque/tunnel-group") == ["Visitors"]


def test_an_unknown_group_gets_the_default_form(client):
    form = client.post(init(group="no such group"))
    assert form.status == 200 and texts(form, "opaque/tunnel-group") == ["Employees"]


@pytest.mark.parametrize("path", ["/guests", "/guests/", "/guests?x=1"])
def test_a_group_url_decides_without_a_list(client, path):
    form = client.post(init(access="https://vpn.example.com" + path), path)
    assert form.groups == [] and texts(form, "opaque/tunnel-group") == ["Visitors"]
    assert form.xml.find("auth/form").get("action") == "/guests"
    done = client.post(auth_reply("alice", "correct horse", opaque=form.opaque), "/guests")
    assert done.kind == "complete"


def test_a_group_url_decides_also_where_only_group_access_tells_it(client):
    form = client.post(init(group="Employees", access="https://vpn.example.com/guests"))
    assert form.groups == [] and texts(form, "opaque/tunnel-group") == ["Visitors"]
    assert form.xml.find("auth/form").get("action") == "/guests"


def test_the_form_of_another_group_has_no_group_url_of_the_former(client):
    form = client.post(init(access="https://vpn.example.com/guests"), "/guests")
    again = client.post(auth_reply("alice", "wrong", group="Employees", opaque=form.opaque))
    assert again.groups == ["Employees*", "Guests & friends"], again.body
    assert again.xml.find("auth/form").get("action") == "/"


@pytest.mark.parametrize(("user", "password"), [("a" * 300, "x"), ("alice", "x" * 2000)])
def test_an_endless_name_or_password_is_a_wrong_one(client, gateway, user, password):
    client.post(init())
    again = client.post(auth_reply(user, password))
    assert again.error == "Login failed.", again.body
    gateway.wait_log("login refused .*reason=a name or an answer that nobody has")
    assert client.post(auth_reply("alice", "correct horse")).kind == "complete"


@pytest.mark.parametrize("path", ["/", "/auth", "/VPN", "/anything"])
def test_an_init_is_welcome_on_every_url(client, path):
    form = client.post(init(), path)
    assert form.kind == "auth-request"
    assert form.xml.find("auth/form").get("action") == path


def test_a_login_completes_with_one_token_in_two_places(client):
    form = client.post(init())
    done = client.post(auth_reply("alice", "correct horse", "Employees", form.opaque))
    assert done.status == 200 and done.kind == "complete"
    assert done.xml.find("auth").get("id") == "success"
    assert len(done.token) == 44 and client.cookies["webvpn"] == done.token
    assert "webvpncontext" not in client.cookies
    assert int(done.xml.findtext("session-id")) > 0
    assert texts(done, "auth/banner") == ["Welcome"]
    assert re.fullmatch(r"[0-9A-F]{40}", done.xml.findtext("config/vpn-base-config/server-cert-hash"))


def test_three_wrong_passwords_end_the_login(client, gateway):
    form = client.post(init())
    for _ in range(2):
        again = client.post(auth_reply("alice", "wrong", opaque=form.opaque))
        assert again.status == 200 and again.kind == "auth-request"
        assert texts(again, "auth/error") == ["Login failed."]
    last = client.post(auth_reply("alice", "wrong", opaque=form.opaque))
    assert (last.status, last.reason, last.body) == (401, "Authentication failed", "")
    assert gateway.ctl_json("sessions", "--all") == []


def test_the_strikes_are_counted_over_connections(gateway, client_host):
    cookies = {}
    for strike in (1, 2, 3):
        with AnyConnect(client_host) as client:
            client.cookies = cookies
            if strike == 1:
                client.post(init())
            answer = client.post(auth_reply("alice", "wrong"))
            cookies = client.cookies
    assert answer.status == 401


def test_a_wrong_password_then_the_right_one(client):
    client.post(init())
    assert client.post(auth_reply("alice", "wrong")).kind == "auth-request"
    assert client.post(auth_reply("alice", "correct horse")).kind == "complete"


@pytest.mark.parametrize("lost", ["cookie", "opaque"])
def test_a_login_goes_on_without_cookie_or_opaque(gateway, client_host, lost):
    with AnyConnect(client_host) as client:
        form = client.post(init())
        cookies = client.cookies
    with AnyConnect(client_host) as client:
        if lost != "cookie":
            client.cookies = cookies
        opaque = form.opaque if lost != "opaque" else ""
        assert client.post(auth_reply("alice", "correct horse", opaque=opaque)).kind == "complete"


@pytest.mark.parametrize("user, password", [("bob", "correct horse"), ("", ""), ("alice", "")])
def test_unknown_users_and_empty_passwords_look_like_a_wrong_password(client, user, password):
    answer = client.post(auth_reply(user, password))
    assert answer.status == 200 and texts(answer, "auth/error") == ["Login failed."]


def test_an_answer_repeats_the_version_of_its_request(client):
    form = client.post(config_auth("init", version=False))
    assert form.status == 200 and form.xml.get("aggregate-auth-version") is None
    assert "X-Aggregate-Auth" not in form.headers


@pytest.mark.parametrize("method, path", [("GET", "/"), ("POST", "/"), ("GET", "/guests")])
def test_version_1_has_bare_documents_and_encoded_answers(gateway, client_host, method, path):
    with AnyConnect(client_host) as client:
        form = Answer(client.request(method, path, headers={"X-Aggregate-Auth": None}))
        assert form.status == 200 and form.xml.tag == "auth" and form.xml.get("id") == "main", form.body
        assert [one.get("name") for one in form.xml.iter("input")] == ["username", "password"]
        assert form.groups == ([] if path == "/guests" else ["Employees*", "Guests & friends"])
        again = client.post("username=alice&password=wrong&group_list=Guests+%26+friends", path)
        assert again.xml.tag == "auth" and again.xml.findtext("error") == "Login failed."
        done = client.post("username=alice&password=correct+horse&group_list=Guests+%26+friends", path)
        assert done.xml.get("id") == "success" and "sh:" in client.cookies["webvpnc"], done.body
        with Tunnel(client_host, client.cookies["webvpn"]) as tunnel:
            assert tunnel.status == 200
            assert gateway.ctl_json("sessions")[0]["connection_profile"] == "Visitors"


@pytest.mark.parametrize(
    "body",
    [
        "<?xml version='1.0'?><config-auth",
        "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><config-auth>&b;",
        "<?xml version='1.0'?><config-auth client='vpn' type='no-such-type'/>",
        "<?xml version='1.0'?>" + "<a>" * 2000,
    ],
)
def test_broken_xml_is_refused_with_a_reason(client, body):
    answer = client.post(body)
    assert answer.status == 400 and answer.headers["X-Reason"], answer.body


def test_a_logout_ends_the_session(client, gateway, client_host):
    token = client.log_in()
    assert client.post(config_auth("logout", f"<session-token>{token}</session-token>")).status == 200
    assert gateway.ctl_json("sessions", "--all") == []
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.status == 401


def test_passwords_and_tokens_are_in_no_log(client, gateway, client_host):
    token = client.log_in()
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.status == 200
    for secret in (token, "correct horse"):
        assert secret not in gateway.log
        for file in (gateway.folder / "state").iterdir():
            assert secret.encode() not in file.read_bytes(), file


def test_a_login_waits_for_the_successor_of_a_dead_authenticator(client, gateway):
    for _ in range(2):
        former = gateway.kill("authenticator")
        gateway.wait_replaced("authenticator", former)  # it has begun, and may not answer yet
        assert client.log_in()
