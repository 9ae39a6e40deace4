"""One-time passwords as a further round of a login, and that each of them counts once, whatever dies."""

import pytest

from lab.anyconnect import AnyConnect, Answer, Tunnel, auth_reply, code_reply, init
from lab.disk import full, small_disk_of
from lab.gateway import Gateway, default_config
from lab.otp import Token
from lab.traffic import carries_data

pytestmark = pytest.mark.usefixtures("no_session_is_left")

HOST = "vpn.example.com"


def with_tokens(made: Gateway, *tokens: Token):
    """Its profiles ask for the password or the certificate, and then for a code."""
    made.config["aaa"]["local"]["otp"] = "users.oath"
    employees = made.config["connection_profile"]["Employees"]
    employees["authentication"] = ["password", "otp"]
    made.config["connection_profile"]["Badge"] = {
        "group_url": ["/badge"],
        "authentication": ["certificate", "otp"],
        "certificate_user": "CN",
        "aaa": "local",
        "group_policy": "staff",
    }
    for user in {token.user for token in tokens} - {"alice"}:
        made.add_user(user)
    oath = made.folder / "users.oath"
    oath.touch(mode=0o600)
    oath.write_text("".join(token.line for token in tokens))
    return made


@pytest.fixture(scope="module")
def counter():
    """alice's token, by counter."""
    return Token("alice")


@pytest.fixture(scope="module")
def clock():
    """carol's token, by time."""
    return Token("carol", by_time=True)


@pytest.fixture(scope="module")
def watch():
    """dora's token, by time."""
    return Token("dora", by_time=True)


@pytest.fixture(scope="module")
def guessed():
    """erin's token, whose codes somebody guesses."""
    return Token("erin")


@pytest.fixture(scope="module")
def shared_gateway(network, folder, pki, pair, counter, clock, watch, guessed):
    made = Gateway(network.gateway, folder / "gateway", default_config(pki, pair))
    with_tokens(made, counter, clock, watch, guessed)
    made.add_user("bob")  # has no token
    yield made
    made.close()


def challenge(client, user="alice"):
    """The form that the right password leads to."""
    client.post(init())
    form = client.post(auth_reply(user, "correct horse"))
    assert form.xml.find("auth").get("id") == "challenge", form.body
    return form


def answer(host, code, user="alice"):
    """Of a login of its own."""
    with AnyConnect(host) as client:
        challenge(client, user)
        return client.post(code_reply(code))


def is_refused(gateway, host, code, user="alice", reason="one-time password used before"):
    before = len(gateway.log)
    again = answer(host, code, user)
    assert again.kind == "auth-request" and again.error == "Login failed.", again.body
    return gateway.wait_log(f"login refused .*{user}.*{reason}", after=before)


# The form


def test_the_right_password_leads_to_a_challenge_with_one_field(gateway, client_host, counter):
    with AnyConnect(client_host) as client:
        form = challenge(client)
        assert form.inputs == ["secondary_password"] and form.groups == [], form.body
        done = client.post(code_reply(counter.code(), form.opaque))
    assert done.kind == "complete", done.body
    with Tunnel(client_host, done.token) as tunnel:
        assert tunnel.status == 200 and tunnel.pings()
        assert gateway.only_session()["user"] == "alice"


def test_a_wrong_password_leads_to_no_challenge(gateway, client_host, counter):
    with AnyConnect(client_host) as client:
        client.post(init())
        again = client.post(auth_reply("alice", "wrong"))
        assert again.inputs == ["username", "password"], again.body
        assert client.post(code_reply(counter.code())).kind != "complete"


def test_a_login_goes_on_over_other_connections(gateway, client_host, counter):
    with AnyConnect(client_host) as client:
        challenge(client)
        cookies = client.cookies
    with AnyConnect(client_host) as client:
        client.cookies = cookies
        assert client.post(code_reply(counter.code())).kind == "complete"


def test_a_wrong_code_is_asked_again(gateway, client_host, counter):
    with AnyConnect(client_host) as client:
        challenge(client)
        again = client.post(code_reply(counter.wrong_code()))
        assert again.error == "Login failed." and again.inputs == ["secondary_password"], again.body
        assert client.post(code_reply(counter.code())).kind == "complete"


def test_three_failures_of_all_rounds_end_the_login(gateway, client_host, counter):
    with AnyConnect(client_host) as client:
        client.post(init())
        client.post(auth_reply("alice", "wrong"))
        client.post(auth_reply("alice", "correct horse"))
        client.post(code_reply(counter.wrong_code()))
        last = client.post(code_reply(counter.wrong_code()))
        assert (last.status, last.reason) == (401, "Authentication failed")
        assert client.post(code_reply(counter.code())).kind != "complete"
    assert gateway.ctl_json("sessions", "--all") == []


def test_answers_side_by_side_are_no_further_tries(gateway, client_host, guessed):
    with AnyConnect(client_host) as client:
        challenge(client, "erin")
        cookies = client.cookies
    before = len(gateway.log)
    connections = [AnyConnect(client_host) for _ in range(12)]
    codes = [guessed.wrong_code()] * 8 + [guessed.code()] * 4
    for connection, code in zip(connections, codes):
        connection.cookies = dict(cookies)
        connection.send("POST", "/", code_reply(code).encode())
    answers = [Answer(connection.receive("POST")) for connection in connections]
    assert "complete" not in {answer.kind for answer in answers if answer.body}
    assert gateway.log.count("wrong one-time password", before) <= 3
    for connection in connections:
        connection.socket.close()


def test_a_code_whose_login_is_over_is_not_taken_for_a_password(gateway, client_host):
    before = len(gateway.log)
    with AnyConnect(client_host) as client:
        again = client.post(code_reply("123456"))
        assert again.inputs == ["username", "password"] and not again.error, again.body
    assert "login refused" not in gateway.log[before:]


def test_many_wrong_codes_make_a_pause(gateway, client_host, guessed):
    for _ in range(3):
        with AnyConnect(client_host) as client:
            challenge(client, "erin")
            client.post(code_reply(guessed.wrong_code()))
            client.post(code_reply(guessed.wrong_code()))
    is_refused(gateway, client_host, guessed.code(), "erin", "too many wrong one-time passwords")


def test_who_has_no_token_is_refused(gateway, client_host, counter):
    is_refused(gateway, client_host, "123456", user="bob", reason="no token")
    is_refused(gateway, client_host, counter.code(), user="bob", reason="no token")


def test_a_code_of_another_user_is_a_wrong_one(gateway, client_host, counter):
    code = counter.code()
    is_refused(gateway, client_host, code, user="carol", reason="wrong one-time password")
    assert answer(client_host, code).kind == "complete"


def test_a_certificate_and_a_code(gateway, client_host, pki, counter):
    own = pki.client("alice", "ecdsa")
    with AnyConnect(client_host, pair=own) as client:
        form = client.post(init(access=f"https://{HOST}/badge"), "/badge")
        assert form.inputs == ["secondary_password"], form.body
        done = client.post(code_reply(counter.code(), form.opaque), "/badge")
    assert done.kind == "complete", done.body
    with Tunnel(client_host, done.token) as tunnel:
        assert tunnel.status == 200
        assert gateway.only_session()["user"] == "alice"


# Each code counts once


@pytest.mark.parametrize("kind", ["counter", "clock"])
def test_a_code_counts_once(new_gateway, client_host, kind):
    token = Token("alice", by_time=kind == "clock")
    gateway = with_tokens(new_gateway(), token).start()
    code = token.code()
    assert answer(client_host, code).kind == "complete"
    is_refused(gateway, client_host, code)

    former = gateway.kill("authenticator")
    gateway.wait_replaced("authenticator", former)
    is_refused(gateway, client_host, code)

    gateway.reload()
    gateway.wait_log("new configuration is in force")
    is_refused(gateway, client_host, code)

    assert gateway.stop() == 0
    gateway.start()
    is_refused(gateway, client_host, code)


def test_a_counter_does_not_go_back(new_gateway, client_host):
    token = Token("alice")
    gateway = with_tokens(new_gateway(), token).start()
    skipped, used = token.code(), token.code()
    assert answer(client_host, used).kind == "complete"
    gateway.wait_replaced("authenticator", gateway.kill("authenticator"))
    is_refused(gateway, client_host, skipped, reason="wrong one-time password")
    assert answer(client_host, token.code()).kind == "complete"


def test_codes_that_follow_each_other_survive_a_kill_at_any_time(new_gateway, client_host):
    token = Token("alice")
    gateway = with_tokens(new_gateway(), token).start()
    for _ in range(2):
        code = token.code()
        assert answer(client_host, code).kind == "complete"
        former = gateway.kill("authenticator")
        is_refused(gateway, client_host, code)  # the login waits for the successor
        gateway.wait_replaced("authenticator", former)


def test_a_code_that_cannot_be_stored_is_not_accepted(new_gateway, client_host):
    token = Token("alice")
    gateway = with_tokens(new_gateway(), token)
    with small_disk_of(gateway) as disk:
        gateway.start()
        code = token.code()
        with full(disk):
            refused = answer(client_host, code)
            assert refused.status == 503, refused.body
            gateway.wait_log("a login could not be checked: cannot write otp.db, .*disk full")
        is_refused(gateway, client_host, code)  # it was seen
        assert answer(client_host, token.code()).kind == "complete"


def test_a_damaged_otp_db_is_named_and_what_to_do(new_gateway):
    gateway = with_tokens(new_gateway(), Token("alice"))
    (gateway.folder / "state").mkdir(mode=0o700)
    (gateway.folder / "state" / "otp.db").write_bytes(b"x" * 10000)
    gateway.write_config()
    done = gateway.command()
    assert done.returncode == 1
    words = "otp.db is damaged (file is not a database): remove otp.db and otp.db-wal"
    assert words in done.stdout, done.stdout


def test_the_secret_and_the_codes_are_in_no_log_and_no_state(gateway, client_host, counter):
    code = counter.code()
    assert answer(client_host, code).kind == "complete"
    is_refused(gateway, client_host, code)
    for file in (gateway.folder / "state").iterdir():
        assert counter.key not in file.read_bytes() and counter.key.hex().encode() not in file.read_bytes()
    assert counter.key.hex() not in gateway.log and code not in gateway.log


# Clients


@pytest.mark.parametrize("kind", ["counter", "clock"])
def test_openconnect_with_a_software_token(gateway, openconnect, client_host, pki, counter, clock, kind):
    token = counter if kind == "counter" else clock
    options = (f"--user={token.user}", *token.options())
    openconnect.start(pki, *options, HOST).wait_up()
    token.code()  # that one is used
    assert gateway.only_session()["user"] == token.user
    carries_data(client_host, gateway, "10.20.0.1")


def test_openconnect_with_a_certificate_and_a_software_token(gateway, openconnect, pki, counter):
    own = pki.client("alice-openconnect", "ecdsa", subject="/CN=alice")
    options = ("-c", own.certificate, "-k", own.key, *counter.options())
    done = openconnect.authenticate(pki, *options, f"{HOST}/badge")
    counter.code()  # that one is used
    assert done.returncode == 0 and "COOKIE='" in done.stdout, done.stdout


def test_our_client_is_asked_for_the_code(untouched, gateway, vpn_client, client_host, pki, counter):
    typed = f"correct horse\n{counter.code()}"
    tunnel = vpn_client.start(pki, "--user=alice", HOST, password=typed).wait_up()
    assert gateway.only_session()["user"] == "alice"
    carries_data(client_host, gateway, "10.20.0.1")
    assert tunnel.stop() == 0, tunnel.output


@pytest.mark.parametrize("kind", ["counter", "watch"])
def test_our_client_with_a_software_token(gateway, client, client_host, pki, counter, watch, kind):
    token = counter if kind == "counter" else watch
    client.start(pki, f"--user={token.user}", *token.options(), HOST).wait_up()
    token.code()  # that one is used
    assert gateway.only_session()["user"] == token.user
    carries_data(client_host, gateway, "10.20.0.1")
