"""sallyport with a person at the terminal, who is asked for name, group and password."""

import signal

import pytest

from lab.client import LOGIN_FAILED
from lab.traffic import carries_data

HOST = "vpn.example.com"
CTRL_C = "\x03"


@pytest.fixture
def client(untouched, shared_gateway, vpn_client):
    yield vpn_client
    vpn_client.close()


@pytest.fixture
def gateway_with_groups(new_gateway):
    gateway = new_gateway()
    profiles = gateway.config["connection_profile"]
    profiles["Partners"] = {**profiles["Employees"], "group_alias": "Partner firms", "default": False}
    return gateway.start()


def test_name_group_and_password_are_asked(gateway_with_groups, client, client_host, pki):
    terminal = client.at_terminal(pki, HOST)
    terminal.wait_for(r"GROUP \[Employees\|Partner firms\] \(Employees\): ")
    terminal.type("No such group\n")
    terminal.wait_for(r'no group "No such group"; it offers Employees, Partner firms')
    terminal.wait_for(r"\(Employees\): ")
    terminal.type("Partner firms\n")
    terminal.wait_for(r"[Uu]sername: ")
    assert terminal.echoes()
    terminal.type("alice\n")
    terminal.wait_for(r"[Pp]assword: ")
    assert not terminal.echoes()
    terminal.type("correct horse\n")
    terminal.wait_for(r"\nconnected ")
    assert terminal.echoes() and "correct horse" not in terminal.shown
    assert gateway_with_groups.ctl_json("sessions")[0]["connection_profile"] == "Partners"
    carries_data(client_host, gateway_with_groups)
    terminal.type(CTRL_C)
    assert terminal.wait_end() == 0, terminal.shown


def test_a_wrong_password_is_asked_again(gateway, client, client_host, pki):
    terminal = client.at_terminal(pki, "--user=alice", HOST)
    for password in ("wrong", "correct horse"):
        terminal.wait_for(r"[Pp]assword: ")
        terminal.type(password + "\n")
    terminal.wait_for(r"\nconnected ")
    assert "Login failed" in terminal.shown
    carries_data(client_host, gateway)


def test_three_wrong_passwords_end_with_2(gateway, client, pki):
    terminal = client.at_terminal(pki, "--user=alice", HOST)
    for password in ("one", "two", "three"):
        terminal.wait_for(r"[Pp]assword: ")
        terminal.type(password + "\n")
    assert terminal.wait_end() == LOGIN_FAILED, terminal.shown


def test_ctrl_c_at_a_question_gives_the_terminal_back(gateway, client, pki):
    terminal = client.at_terminal(pki, "--user=alice", HOST)
    terminal.wait_for(r"[Pp]assword: ")
    assert not terminal.echoes()
    terminal.type(CTRL_C)
    assert terminal.wait_end() == 1, terminal.shown
    assert terminal.echoes()


def log_in(client, pki):
    terminal = client.at_terminal(pki, "--user=alice", HOST)
    terminal.wait_for(r"[Pp]assword: ")
    terminal.type("correct horse\n")
    terminal.wait_for(r"\nconnected ")
    return terminal


def test_a_closed_terminal_detaches_and_leaves_the_machine_as_it_was(gateway, client, pki):
    terminal = log_in(client, pki)
    terminal.hang_up()
    assert terminal.wait_end() == 0
    gateway.has_no_tunnel()
    assert [one["state"] for one in gateway.ctl_json("sessions", "--all")] == ["detached"]
    gateway.ctl("disconnect", "--all")


def test_what_is_killed_with_its_terminal_leaves_the_machine_as_it_was(gateway, client, pki):
    terminal = log_in(client, pki)
    terminal.process.send_signal(signal.SIGKILL)
    terminal.hang_up()
    terminal.wait_end()
    gateway.ctl("disconnect", "--all")
