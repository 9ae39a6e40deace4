"""Phase 4, the downloader: what the gateway serves, and what the client fetches and keeps."""

import hashlib
import re

import pytest

from lab.anyconnect import HEADERS, AnyConnect, auth_reply, init
from lab.client import BLOCKED, OpenConnect
from lab.interceptor import interceptor
from lab.ocserv import PORT
from lab.pki import Pki
from lab.tls import exchange
from lab.traffic import carries_data

HOST = "vpn.example.com"
FIXED = {
    **dict.fromkeys(
        ("index.html", "Linux", "Linux_64", "Windows", "Windows_ARM64", "Darwin_i386"), "<html></html>\n"
    ),
    "binaries/update.txt": "0,0,0000\n",
    "binaries/vpndownloader.sh": "#!/bin/sh\n\nexit 0\n",
    "VPNManifest.xml": '<?xml version="1.0" encoding="UTF-8"?>\n<vpn rev="1.0"></vpn>\n',
}
OTHERS = {
    "/VPNManifest.xml": FIXED["VPNManifest.xml"],
    "/+CSCOT+/translation-table?textdomain=AnyConnect&type=manifest": FIXED["VPNManifest.xml"],
    "/+CSCOT+/oem-customization?app=AnyConnect&type=binary": FIXED["VPNManifest.xml"],
    "/logout": "<html></html>\n",
}
ANSWERS = {f"/1/{name}": body for name, body in FIXED.items()} | OTHERS


def profile(label="Head office", address=HOST, group=""):
    """A client profile with one host."""
    host = f"<HostName>{label}</HostName><HostAddress>{address}</HostAddress>"
    host += f"<UserGroup>{group}</UserGroup>" if group else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<AnyConnectProfile xmlns="http://schemas.xmlsoap.org/encoding/">\n'
        " <ClientInitialization>\n"
        '  <AutoReconnect UserControllable="true">true</AutoReconnect>\n'
        " </ClientInitialization>\n"
        f" <ServerList><HostEntry>{host}</HostEntry></ServerList>\n"
        "</AnyConnectProfile>\n"
    )


def sha1(text):
    return hashlib.sha1(text.encode()).hexdigest().upper()


def certificate_hash(pair):
    return hashlib.sha1(pair.der()).hexdigest().upper()


def with_profile(gateway, content, name="corp.xml"):
    (gateway.folder / name).write_text(content)
    gateway.config["group_policy"]["staff"]["client_profile"] = name
    return gateway


@pytest.fixture
def corporate(shared_gateway):
    """A running gateway that pushes a profile, the same one for most tests."""
    file = shared_gateway.folder / "corp.xml"
    as_it_was = file.exists() and file.read_text() == profile()
    with_profile(shared_gateway, profile())
    if not shared_gateway.is_running:
        shared_gateway.start()
    elif not as_it_was:
        shared_gateway.ctl("reload")
    yield shared_gateway
    shared_gateway.ctl("disconnect", "--all")


@pytest.fixture
def client(untouched, shared_gateway, vpn_client):
    yield vpn_client
    vpn_client.close()


def get(connection, path, token=None, method="GET"):
    cookie = {"Cookie": f"webvpn={token}"} if token else {}
    reply = connection.request(method, path, headers=cookie)
    return reply, reply.read().decode()


def config_file(client, name):
    return client.home / ".config" / "sallyport" / name


# What the gateway serves


def test_fixed_answers_need_no_cookie(corporate, client_host):
    with AnyConnect(client_host) as first, AnyConnect(client_host) as second:
        for path, body in ANSWERS.items():
            reply, got = get(first, path)
            assert (reply.status, got) == (200, body), path
            assert reply.headers["Content-Length"] == str(len(body))
            reply, got = get(second, path, method="HEAD")
            assert (reply.status, got) == (200, ""), path
            assert reply.headers["Content-Length"] == str(len(body))


def test_what_there_is_not_is_404_and_the_connection_ends(corporate, client_host):
    for path in ("/CACHE/stc/1/binaries/a.msi", "/1/x", "/+CSCOE+/logon.html", "/+CSCOT+/x", "/profiles/"):
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in HEADERS.items())]
        answer = exchange(client_host, ("\r\n".join(lines) + "\r\n\r\n").encode()).decode()
        head, _, body = answer.partition("\r\n\r\n")
        assert head.startswith("HTTP/1.1 404 "), answer
        assert f"\r\nContent-Length: {len(body)}" in head and "\r\nConnection: close" in head, head
        assert "Location" not in head


def test_a_profile_is_served_to_its_session_alone(new_gateway, client_host):
    gateway = with_profile(new_gateway(), profile())
    (gateway.folder / "other.xml").write_text(profile("Partners"))
    gateway.config["group_policy"]["others"] = {"client_profile": "other.xml"}
    employees = gateway.config["connection_profile"]["Employees"]
    gateway.config["connection_profile"]["Others"] = {
        **employees,
        **{"group_alias": "Others", "default": False, "group_policy": "others"},
    }
    gateway.start()
    with AnyConnect(client_host) as login:
        token = login.log_in()
    path = "/profiles/corp.xml"
    with AnyConnect(client_host) as downloader:  # a TLS session that did no login
        for spelled in (path, path + "?x=1", "/profiles/corp%2Exml"):
            reply, body = get(downloader, spelled, token)
            assert (reply.status, body) == (200, profile()), spelled
            assert reply.headers["Content-Type"] == "text/xml"
        reply, body = get(downloader, path, token, method="HEAD")
        assert (reply.status, reply.headers["Content-Length"]) == (200, str(len(profile())))
        for wrong in (None, "short", "A" * 43 + "="):
            reply, body = get(downloader, path, wrong)
            assert reply.status == 503 and "AnyConnectProfile" not in body, wrong
    for hidden in ("other.xml", "../sallyport.toml", "..%2fsallyport.toml", "/etc/passwd", "%2e%2e/users",
                   "corp.xml/..", "corp.xml%00", "CORP.XML", "%zz", "./corp.xml"):  # fmt: skip
        with AnyConnect(client_host) as attacker:
            reply, body = get(attacker, f"/profiles/{hidden}", token)
            assert reply.status == 404 and "AnyConnectProfile" not in body, hidden
    gateway.ctl("disconnect", "--all")
    with AnyConnect(client_host) as late:
        assert get(late, path, token)[0].status == 503


def test_the_login_announces_what_is_served(corporate, client_host, pair):
    with AnyConnect(client_host) as login:
        login.post(init())
        done = login.post(auth_reply("alice", "correct horse"))
    config = done.xml.find("config")
    entry = config.find("vpn-profile-manifest/vpn/file")
    assert (entry.get("type"), entry.get("service-type")) == ("profile", "user")
    assert entry.findtext("uri") == "/profiles/corp.xml"
    assert entry.find("hash").get("type") == "sha1" and entry.findtext("hash") == sha1(profile())
    assert config.find("opaque/vpn-core-manifest/vpn").get("rev") == "1.0"
    assert config.find("opaque/vpn-core-manifest/vpn/file") is None
    assert config.findtext("vpn-base-config/server-cert-hash") == certificate_hash(pair)


def test_version_1_is_told_in_its_cookie(corporate, client_host, pair):
    with AnyConnect(client_host) as login:
        get(login, "/")
        done = login.post("username=alice&password=correct+horse")
        assert done.xml.get("id") == "success", done.body
        told = dict(part.split(":", 1) for part in login.cookies["webvpnc"].split("&"))
        assert (told["bu"], told["fu"], told["fh"]) == ("/", "profiles%2Fcorp.xml", sha1(profile()))
        assert told["sh"] == certificate_hash(pair)
        assert get(login, "/profiles/corp.xml", login.cookies["webvpn"])[1] == profile()


def test_a_session_is_served_what_it_was_told_of_even_after_a_reload(corporate, client_host):
    with AnyConnect(client_host) as login:
        old = login.log_in()
    replace(corporate, profile("New office"))
    with AnyConnect(client_host) as login:
        new = login.log_in()
    with AnyConnect(client_host) as downloader:
        assert get(downloader, "/profiles/corp.xml", old)[1] == profile()
        assert get(downloader, "/profiles/corp.xml", new)[1] == profile("New office")
    corporate.wait_replaced("gateway", corporate.kill("gateway"))
    with AnyConnect(client_host) as downloader:
        assert get(downloader, "/profiles/corp.xml", old)[0].status == 503  # gone with that process
        assert get(downloader, "/profiles/corp.xml", new)[1] == profile("New office")


def replace(gateway, content):
    (gateway.folder / "corp.xml").write_text(content)
    gateway.ctl("reload")


def test_a_broken_profile_is_named_at_check_and_changes_nothing_at_reload(corporate, client_host):
    (corporate.folder / "corp.xml").write_text(profile().replace("true</Auto", "perhaps</Auto"))
    checked = corporate.command("--check")
    assert checked.returncode == 1
    line = rf"sallyport.toml:\d+:\d+: '[^']*corp.xml' is no client profile: line 4: <AutoReconnect>"
    assert re.search(line, checked.stdout), checked.stdout
    before = len(corporate.log)
    corporate.reload()
    corporate.wait_log(r"is no client profile", after=before)
    with AnyConnect(client_host) as login:
        token = login.log_in()
        assert get(login, "/profiles/corp.xml", token)[1] == profile()


# What our client fetches and keeps


def test_a_profile_is_fetched_once_and_again_when_it_changes(corporate, client, client_host, pki):
    kept = config_file(client, "profiles/corp.xml")
    before = len(corporate.log)
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    shown = r"\n4 downloader .* profile corp.xml, files fetched 1, bytes"
    assert re.search(shown, tunnel.output), tunnel.output
    assert kept.read_text() == profile() and kept.stat().st_mode & 0o777 == 0o600
    carries_data(client_host, corporate)
    assert tunnel.stop() == 0
    assert corporate.log[before:].count("client profile sent") == 1

    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    assert re.search(r"\n4 downloader .* files fetched 0\n", tunnel.output), tunnel.output
    carries_data(client_host, corporate, "10.20.0.1")
    assert tunnel.stop() == 0
    assert corporate.log[before:].count("client profile sent") == 1

    replace(corporate, profile("New office"))
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    assert kept.read_text() == profile("New office")
    carries_data(client_host, corporate, "10.20.0.1")


def test_without_the_users_wish_nothing_is_fetched(corporate, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", "--no-profile-download", HOST).wait_up()
    assert "corp.xml is not fetched (--no-profile-download)" in tunnel.output
    assert not config_file(client, "profiles").exists()
    carries_data(client_host, corporate)


def test_the_warning_of_a_lifted_block_comes_a_second_time(corporate, client, client_host, folder):
    stranger = Pki(folder / "stranger")
    assert client.start(stranger, "--user=alice", HOST).wait_end() == BLOCKED
    tunnel = client.start(stranger, "--user=alice", "--allow-untrusted", HOST).wait_up()
    assert tunnel.output.count("warning: the certificate of") == 2, tunnel.output
    carries_data(client_host, corporate)


def test_what_was_used_is_proposed_the_next_time(corporate, client, client_host, pki, pair):
    kept = config_file(client, "preferences.xml")
    kept.parent.mkdir(parents=True)
    kept.write_text("<AnyConnectPreferences><ProxyHost>p</ProxyHost></AnyConnectPreferences>")
    assert client.start(pki, "--user=alice", HOST).wait_up().stop() == 0
    text = kept.read_text()
    for element, value in {
        "DefaultUser": "alice",
        "DefaultHostName": HOST,
        "DefaultHostAddress": HOST,
        "ServerCertificateThumbprint": certificate_hash(pair),
        "ProxyHost": "p",
    }.items():
        assert f"<{element}>{value}</{element}>" in text, text
    terminal = client.at_terminal(pki, HOST)
    terminal.wait_for(r"[Uu]sername \[alice\]: ")
    terminal.type("\n")
    terminal.wait_for(r"[Pp]assword: ")
    terminal.type("correct horse\n")
    terminal.wait_for(r"\nconnected ")
    carries_data(client_host, corporate, "10.20.0.1")


def test_preferences_that_cannot_be_read_stay_and_stop_nothing(corporate, client, client_host, pki):
    kept = config_file(client, "preferences.xml")
    kept.parent.mkdir(parents=True)
    kept.write_text("<AnyConnectPreferences><Def")
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    assert tunnel.output.count("preferences.xml") == 1, tunnel.output
    carries_data(client_host, corporate, "10.20.0.1")
    assert kept.read_text() == "<AnyConnectPreferences><Def"


def test_a_name_in_a_profile_stands_for_its_gateway(corporate, client, client_host, pki, folder):
    file = folder / "mine.xml"
    file.write_text(profile("My office", HOST))
    assert client.run("profile", "import", file).returncode == 0
    listed = client.run("profile", "list").stdout
    assert listed == f"mine.xml\n  My office  {HOST}\n"
    shown = client.run("profile", "show", "mine").stdout
    assert "AutoReconnect = true  (the user may change it)" in shown, shown
    file.write_text(profile().replace("ServerList", "Servers", 1))
    refused = client.run("profile", "import", file)
    assert refused.returncode == 1 and "mine.xml: " in refused.stdout, refused.stdout
    tunnel = client.start(pki, "--user=alice", "--quiet", "my office").wait_up()
    assert f"my office is {HOST} in the client profile mine.xml" in tunnel.output
    carries_data(client_host, corporate, "10.20.0.1")


# With the programs of others


def test_openconnect_connects_to_a_gateway_with_a_profile(corporate, client_host, untouched, folder, pki):
    other = OpenConnect(client_host, folder / "openconnect")
    try:
        other.start(pki, "--user=alice", HOST).wait_up()
        carries_data(client_host, corporate)
    finally:
        other.close()


@pytest.fixture
def pushing_ocserv(new_ocserv):
    ocserv = new_ocserv(route=["10.30.0.0/24", "fd20:0:0:30::/64"])
    file = ocserv.folder / "acme.xml"
    file.write_text(profile("Acme Inc.", f"{HOST}:{PORT}"))
    ocserv.config["user-profile"] = file
    return ocserv.start()


def test_ocservs_profile_is_fetched(pushing_ocserv, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", f"{HOST}:{PORT}").wait_up()
    assert config_file(client, "profiles/acme.xml").read_text() == profile("Acme Inc.", f"{HOST}:{PORT}")
    carries_data(client_host, pushing_ocserv, "10.30.0.1")
    assert tunnel.stop() == 0
    tunnel = client.start(pki, "--user=alice", "acme inc.").wait_up()
    assert re.search(r"\n4 downloader .* files fetched 0\n", tunnel.output), tunnel.output
    carries_data(client_host, pushing_ocserv, "10.30.0.1")


# Somebody in between


@pytest.fixture(scope="module")
def impostors(pki):
    """Another certificate for the gateway's name, of an authority that the client trusts."""
    return pki.server("impostors")


def test_another_certificate_than_the_announced_one_is_told(
    corporate, client, client_host, network, pki, pair, impostors
):
    with interceptor(network.gateway, impostors, 8443):
        tunnel = client.start(pki, "--user=alice", "--no-dtls", f"{HOST}:8443").wait_up()
        carries_data(client_host, corporate, "10.20.0.1")
        tunnel.stop()
    announced, came = certificate_hash(pair), certificate_hash(impostors)
    for where in ("login", "downloader"):
        warning = f"announces the certificate {announced}, but in the {where}'s TLS session came {came}: "
        assert warning + "something between may be reading along" in tunnel.output, tunnel.output
    assert client.start(pki, "--user=alice", HOST).wait_up().stop() == 0
    text = config_file(client, "preferences.xml").read_text()
    assert re.findall(r"Thumbprint>(\w+)<", text) == [announced, came], text


@pytest.mark.parametrize(
    ("there", "instead", "said"),
    [
        ("Head office", "Evil office", f"corp.xml %s: its SHA-1 is {sha1(profile('Evil office'))} and not"),
        ("corp.xml", "gone.xml", "gone.xml %s: 404 Not Found (there is no such file here)"),
    ],
)
def test_a_profile_that_is_not_as_announced_ends_the_attempt(
    corporate, client, client_host, network, pki, impostors, there, instead, said
):
    with interceptor(network.gateway, impostors, 8443, {there.encode(): instead.encode()}):
        attempt = client.start(pki, "--user=alice", "--no-dtls", f"{HOST}:8443")
        assert attempt.wait_end() == 1
    said = f"the client profile {said % f'cannot be fetched from {HOST}:8443'}"
    assert said in attempt.output, attempt.output
    assert not config_file(client, "profiles").exists()
    client.start(pki, "--user=alice", HOST).wait_up()
    carries_data(client_host, corporate, "10.20.0.1")
