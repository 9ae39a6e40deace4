"""Logins by client certificate, alone and with a password: from either client and by hand."""

from ssl import TLSVersion

import pytest

from lab.anyconnect import AnyConnect, Tunnel, auth_reply, init
from lab.client import LOGIN_FAILED, OpenConnect
from lab.gateway import Gateway, default_config
from lab.pki import Pki, email, upn
from lab.traffic import carries_data

pytestmark = pytest.mark.usefixtures("gateway", "no_session_is_left")

HOST = "vpn.example.com"
REFUSED = "Certificate Validation Failure: "


def profile(*methods, **keys):
    certificate = {"certificate_user": "CN"} if "certificate" in methods else {}
    return {"authentication": list(methods), "aaa": "local", "group_policy": "staff"} | certificate | keys


@pytest.fixture(scope="module")
def alice(pki):
    names = (email("alice@mail.example.com"), upn("alice@corp.example.com"))
    return pki.client("alice", "ecdsa", subject="/O=Sallyport/UID=u4711/CN=alice", names=names)


@pytest.fixture(scope="module")
def revoked(pki):
    return pki.client("revoked", "ecdsa")


@pytest.fixture(scope="module")
def shared_gateway(network, folder, pki, pair, revoked):
    config = default_config(pki, pair)
    config["tls"]["client_crl"] = str(pki.revocation_list(revoked))
    config["connection_profile"] = {
        "Employees": profile("certificate", group_alias="Employees", default=True, group_url=["/staff"]),
        "Visitors": profile("password", group_alias="Visitors"),
        "Uid": profile("certificate", group_url=["/uid"], certificate_user="UID"),
        "Email": profile("certificate", group_url=["/email"], certificate_user="email"),
        "Upn": profile("certificate", group_url=["/upn"], certificate_user="upn"),
        "Both": profile("certificate", "password", group_url=["/both"]),
        "Reversed": profile("password", "certificate", group_url=["/reversed"]),
    }
    made = Gateway(network.gateway, folder / "gateway", config)
    made.add_user("bob", "battery staple")
    yield made
    made.close()


def connection(host, own=None, **options):
    return AnyConnect(host, pair=own, **options)


def begin(client, path, **options):
    return client.post(init(access=f"https://{HOST}{path}", **options), path)


def has_no_form(answer):
    return answer.kind == "auth-request" and answer.xml.find("auth/form") is None


# By hand


@pytest.mark.parametrize(
    ("path", "user"),
    [
        ("/staff", "alice"),
        ("/uid", "u4711"),
        ("/email", "alice@mail.example.com"),
        ("/upn", "alice@corp.example.com"),
    ],
)
def test_the_init_begins_a_session_of_the_user_in_the_field(gateway, client_host, alice, path, user):
    with connection(client_host, alice) as client:
        done = begin(client, path)
    assert done.kind == "complete" and done.token, done.body
    with Tunnel(client_host, done.token) as tunnel:  # without the certificate
        assert tunnel.status == 200 and tunnel.pings()
        assert gateway.only_session()["user"] == user


@pytest.mark.parametrize("version", [TLSVersion.TLSv1_2, TLSVersion.TLSv1_3])
def test_the_certificate_counts_in_each_version_of_tls(gateway, client_host, alice, version):
    with connection(client_host, alice, version=version) as client:
        assert begin(client, "/staff").kind == "complete"


def test_where_there_is_a_choice_only_the_group_is_asked(gateway, client_host, alice):
    with connection(client_host, alice) as client:
        form = client.post(init())
        assert form.inputs == [] and form.groups == ["Employees*", "Visitors"], form.body
        assert gateway.ctl_json("sessions", "--all") == []
        assert client.post(init(group="Employees")).kind == "complete"


def test_who_has_no_certificate_is_asked_to_come_back_with_one_and_then_told(gateway, client_host):
    with connection(client_host) as client:
        first = begin(client, "/staff")
        assert first.kind == "auth-request" and first.asks_for_certificate, first.body
    with connection(client_host) as client:
        told = begin(client, "/staff", certificate_failed=True)
        assert has_no_form(told) and not told.asks_for_certificate, told.body
        assert told.error == REFUSED + "no client certificate was presented."


def test_who_comes_back_with_the_certificate_is_logged_in(gateway, client_host, alice):
    with connection(client_host) as client:
        assert begin(client, "/staff").asks_for_certificate
        cookies = client.cookies
    with connection(client_host, alice) as client:
        client.cookies = cookies
        assert begin(client, "/staff").kind == "complete"


def test_who_has_no_certificate_may_take_another_group(gateway, client_host):
    with connection(client_host) as client:
        assert client.post(init()).asks_for_certificate
        told = client.post(init(certificate_failed=True))
        assert told.error.startswith(REFUSED)
        assert told.inputs == [] and told.groups == ["Employees*", "Visitors"], told.body
        assert client.post(init(group="Visitors")).inputs == ["username", "password"]
        assert client.post(auth_reply("bob", "battery staple")).kind == "complete"


@pytest.fixture(scope="module")
def bad(pki, folder, revoked):
    impostor = Pki(folder / "impostor", pki.name)
    stranger = Pki(folder / "stranger", "Other CA")
    return {
        "of another authority": (stranger.client("alice", "ecdsa"), "authority that is not trusted"),
        "of an authority of the same name": (impostor.client("alice", "ecdsa"), "authority that is not"),
        "expired": (pki.client("old", "ecdsa", days=-1), "expired on "),
        "revoked": (revoked, "revoked"),
        "for a gateway's use": (pki.server("not-a-client", "ecdsa"), "not meant for this side"),
        "without a name": (pki.client("nobody", "ecdsa", subject="/UID=u1"), "names no user: it has no CN"),
    }


@pytest.mark.parametrize(
    "kind",
    [
        "of another authority",
        "of an authority of the same name",
        "expired",
        "revoked",
        "for a gateway's use",
        "without a name",
    ],
)
def test_a_bad_certificate_is_refused_with_the_reason(gateway, client_host, bad, kind):
    own, reason = bad[kind]
    with connection(client_host, own) as client:
        told = begin(client, "/staff")
        assert has_no_form(told) and not told.asks_for_certificate, told.body
        assert told.error.startswith(REFUSED) and reason in told.error, told.error
        assert client.post(auth_reply("alice", "correct horse"), "/staff").kind != "complete"
    assert gateway.ctl_json("sessions", "--all") == []


def test_a_reload_reads_the_revocation_list_anew(new_gateway, client_host, pki, alice):
    gateway = new_gateway()
    gateway.config["connection_profile"] = {"Employees": profile("certificate", default=True)}
    gateway.config["tls"]["client_crl"] = str(pki.revocation_list(file_name="changing.pem"))
    gateway.start()
    carol = pki.client("carol", "ecdsa")
    for own in (alice, carol):
        with connection(client_host, own) as client:
            assert client.post(init()).kind == "complete"
    pki.revocation_list(carol, file_name="changing.pem")
    gateway.reload()
    gateway.wait_log("new configuration is in force")
    with connection(client_host, alice) as client:
        assert client.post(init()).kind == "complete"
    with connection(client_host, carol) as client:
        assert "revoked" in client.post(init()).error


# With a password


@pytest.mark.parametrize("path", ["/both", "/reversed"])
def test_a_certificate_and_the_password_of_the_same_user(gateway, client_host, alice, path):
    with connection(client_host, alice) as client:
        form = begin(client, path)
        assert form.inputs == ["username", "password"], form.body
        cookies = client.cookies
    with connection(client_host) as client:  # what is proven belongs to the login, not to the connection
        client.cookies = cookies
        done = client.post(auth_reply("alice", "correct horse", opaque=form.opaque), path)
    assert done.kind == "complete", done.body
    with Tunnel(client_host, done.token) as tunnel:
        assert tunnel.status == 200
        assert gateway.only_session()["user"] == "alice"


@pytest.mark.parametrize("path", ["/both", "/reversed"])
def test_a_password_of_another_user_is_a_wrong_one(gateway, client_host, alice, path):
    with connection(client_host, alice) as client:
        begin(client, path)
        for user, password in (("bob", "battery staple"), ("alice", "wrong")):
            again = client.post(auth_reply(user, password), path)
            assert again.error == "Login failed." and again.inputs == ["username", "password"], again.body
        assert client.post(auth_reply("bob", "battery staple"), path).status == 401
    assert gateway.ctl_json("sessions", "--all") == []


@pytest.mark.parametrize("path", ["/both", "/reversed"])
def test_the_password_is_no_use_without_the_certificate(gateway, client_host, path):
    with connection(client_host) as client:
        assert begin(client, path).asks_for_certificate
        assert begin(client, path, certificate_failed=True).error.startswith(REFUSED)
        for _ in range(2):
            assert client.post(auth_reply("alice", "correct horse"), path).kind != "complete"
        assert client.post(auth_reply("alice", "correct horse"), path).status == 401
    assert gateway.ctl_json("sessions", "--all") == []


# openconnect


def test_openconnect_with_a_certificate(gateway, openconnect, client_host, pki, alice):
    own = ("-c", alice.certificate, "-k", alice.key)
    openconnect.start(pki, *own, f"{HOST}/staff", password="").wait_up()
    assert gateway.only_session()["user"] == "alice"
    carries_data(client_host, gateway, "10.20.0.1")


def test_openconnect_where_there_is_a_choice_of_groups(gateway, openconnect, pki, alice):
    own = ("-c", alice.certificate, "-k", alice.key)
    asked = openconnect.authenticate(pki, *own, HOST)  # it may not answer
    assert "GROUP: [Employees|Visitors]" in asked.stdout and "COOKIE" not in asked.stdout, asked.stdout
    done = openconnect.authenticate(pki, *own, "--authgroup=Employees", HOST)
    assert done.returncode == 0 and "COOKIE='" in done.stdout, done.stdout


def test_openconnect_where_nothing_is_left_to_ask(new_gateway, client_host, folder, pki, alice):
    gateway = new_gateway()
    gateway.config["connection_profile"] = {"Employees": profile("certificate", default=True)}
    gateway.start()
    client = OpenConnect(client_host, folder / "alone")
    done = client.authenticate(pki, "-c", alice.certificate, "-k", alice.key, HOST)
    assert done.returncode == 0 and "COOKIE='" in done.stdout, done.stdout


@pytest.mark.parametrize("form", ["PKCS#12", "encrypted PEM"])
def test_openconnect_with_a_key_that_a_password_opens(gateway, openconnect, pki, alice, form):
    own = ("-c", alice.pkcs12("secret"))
    if form == "encrypted PEM":
        own = ("-c", alice.certificate, "-k", alice.encrypted("secret").key)
    done = openconnect.authenticate(pki, *own, "--key-password=secret", f"{HOST}/staff")
    assert done.returncode == 0 and "COOKIE='" in done.stdout, done.stdout


@pytest.mark.parametrize("path", ["both", "reversed"])
def test_openconnect_with_a_certificate_and_a_password(gateway, openconnect, client_host, pki, alice, path):
    own = ("-c", alice.certificate, "-k", alice.key, "--user=alice")
    openconnect.start(pki, *own, f"{HOST}/{path}").wait_up()
    assert gateway.only_session()["connection_profile"] == path.title()
    carries_data(client_host, gateway, "10.20.0.1")


@pytest.mark.parametrize("kind", ["of another authority", "expired", "revoked", "without a name"])
def test_openconnect_is_told_why_its_certificate_is_refused(gateway, openconnect, pki, bad, kind):
    own, reason = bad[kind]
    done = openconnect.authenticate(pki, "-c", own.certificate, "-k", own.key, f"{HOST}/staff")
    assert done.returncode != 0 and "COOKIE" not in done.stdout
    assert REFUSED in done.stdout and reason in done.stdout, done.stdout


def test_openconnect_without_a_certificate_is_told(gateway, openconnect, pki):
    done = openconnect.authenticate(pki, f"{HOST}/staff")
    assert done.returncode != 0 and "COOKIE" not in done.stdout
    assert "certificate" in done.stdout, done.stdout


# sallyport


def test_sallyport_with_a_certificate(gateway, client, client_host, pki, alice):
    own = ("--certificate", alice.certificate, "--sslkey", alice.key)
    client.start(pki, *own, f"{HOST}/staff", password="").wait_up()
    assert gateway.only_session()["user"] == "alice"
    carries_data(client_host, gateway, "10.20.0.1")


def test_sallyport_with_a_certificate_and_a_password(gateway, client, client_host, pki, alice):
    own = ("--certificate", alice.certificate, "--sslkey", alice.key, "--user=alice")
    client.start(pki, *own, f"{HOST}/both").wait_up()
    assert gateway.only_session()["connection_profile"] == "Both"
    carries_data(client_host, gateway, "10.20.0.1")


def test_sallyport_takes_a_group_that_asks_nothing(gateway, client, pki, alice):
    own = ("--certificate", alice.certificate, "--sslkey", alice.key)
    client.start(pki, *own, "--authgroup=Employees", HOST, password="").wait_up()
    assert gateway.only_session()["connection_profile"] == "Employees"


@pytest.mark.parametrize("kind", ["expired", "revoked"])
def test_sallyport_is_told_why_its_certificate_is_refused(gateway, client, pki, bad, kind):
    own, reason = bad[kind]
    refused = client.start(pki, "--certificate", own.certificate, "--sslkey", own.key, f"{HOST}/staff")
    assert refused.wait_end() == LOGIN_FAILED
    assert REFUSED in refused.output and reason in refused.output, refused.output


def test_sallyport_without_a_certificate_is_told(gateway, client, pki):
    refused = client.start(pki, f"{HOST}/staff")
    assert refused.wait_end() == LOGIN_FAILED
    assert "no client certificate was presented" in refused.output, refused.output
