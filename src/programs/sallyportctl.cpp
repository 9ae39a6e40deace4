// sallyportctl: the admin tool.
#include <cstdio>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>

#include "admin/commands.hpp"
#include "admin/users.hpp"
#include "base/version.hpp"
#include "sys/process.hpp"

namespace {

using sallyport::ErrorKind;
using sallyport::fail;
using sallyport::fail_errno;
using sallyport::Result;
using sallyport::admin::Gateway;
using sallyport::admin::UserAction;
using sallyport::admin::UserCommand;
using sallyport::admin::Whom;

struct Choice {
  Gateway gateway;
  UserCommand user;
  bool end_sessions = false;
  bool all_sessions = false;
  std::string session;
  std::string traced;
  Whom whom;
};

void add_user_action(CLI::App& user, UserCommand& command, const char* name, UserAction action,
                     const char* help) {
  auto* sub = user.add_subcommand(name, help);
  if (action != UserAction::list) sub->add_option("NAME", command.name, "The user")->required();
  sub->add_option("--file", command.file, "The users file")->required();
  if (action == UserAction::add) {
    sub->add_option("--group", command.group, "Groups, separated by commas");
    sub->add_flag("--password-stdin", command.password_from_stdin, "Take the password from a line of stdin");
  }
  sub->callback([&command, action] { command.action = action; });
}

void add_user(CLI::App& app, UserCommand& command) {
  auto* user = app.add_subcommand("user", "Edit a users file");
  user->require_subcommand(1);
  add_user_action(*user, command, "add", UserAction::add, "Add a user, or give one a new password");
  add_user_action(*user, command, "delete", UserAction::remove, "Delete a user");
  add_user_action(*user, command, "lock", UserAction::lock, "Keep a user from logging in");
  add_user_action(*user, command, "unlock", UserAction::unlock, "Undo lock");
  add_user_action(*user, command, "list", UserAction::list, "List the users");
}

void add_sessions(CLI::App& app, Choice& choice) {
  auto* sessions = app.add_subcommand("sessions", "List the sessions");
  sessions->add_flag("--all", choice.all_sessions, "Those without a tunnel too");
  auto* session = app.add_subcommand("session", "Show one session");
  session->add_option("ID", choice.session, "The session's number")->required();
  auto* trace = app.add_subcommand("trace", "Show what happened in a session or connection, step by step");
  trace->add_option("ID", choice.traced, "A session's number, or a connection's: 'attempt' in the log")
      ->required();
  auto* disconnect = app.add_subcommand("disconnect", "End sessions, with their tokens");
  auto* whom = disconnect->add_option_group("whom");
  whom->add_option("ID", choice.whom.id, "The session's number");
  whom->add_option("--user", choice.whom.user, "All sessions of a user");
  whom->add_flag("--all", choice.whom.all, "All sessions");
  whom->require_option(1);
}

Result<void> run(const CLI::App& app, Choice& choice) {
  if (app.got_subcommand("status")) return show_status(choice.gateway);
  if (app.got_subcommand("sessions")) return list_sessions(choice.gateway, choice.all_sessions);
  if (app.got_subcommand("session")) return show_session(choice.gateway, choice.session);
  if (app.got_subcommand("trace")) return show_trace(choice.gateway, choice.traced);
  if (app.got_subcommand("disconnect")) return disconnect(choice.gateway, choice.whom);
  if (app.got_subcommand("reload")) return reload(choice.gateway);
  if (app.got_subcommand("stop")) return stop(choice.gateway, choice.end_sessions);
  choice.user.json = choice.gateway.json;
  return edit_users(choice.user);
}

// With the answer really written: a script must not take a full disk's half for the whole.
Result<void> run_to_the_end(const CLI::App& app, Choice& choice) {
  try {
    TRY(run(app, choice));
  } catch (const std::system_error& error) {  // fmt::print's
    return fail(ErrorKind::internal, std::string("cannot write the answer: ") + error.what());
  }
  if (std::fflush(stdout) != 0) return fail_errno("cannot write the answer");
  return {};
}

}  // namespace

int main(int count, char** arguments) {
  sallyport::sys::open_standard_streams();
  CLI::App app("Administers a Sallyport secure gateway.", "sallyportctl");
  app.set_version_flag("--version", std::string(sallyport::version()));
  app.require_subcommand(1);
  Choice choice;
  app.add_option("--socket", choice.gateway.socket, "The gateway's admin socket")->capture_default_str();
  app.add_flag("--json", choice.gateway.json, "Print JSON");
  app.add_subcommand("status", "Show the gateway and its processes");
  add_sessions(app, choice);
  app.add_subcommand("reload", "Read the configuration again");
  auto* stop = app.add_subcommand("stop", "Stop the gateway; clients come back by cookie");
  stop->add_flag("--end-sessions", choice.end_sessions, "End the sessions for good");
  add_user(app, choice.user);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;  // 0: --help or --version
  }

  const auto result = run_to_the_end(app, choice);
  if (result) return 0;
  std::fprintf(stderr, "sallyportctl: %s\n", result.error().text.c_str());
  return 1;
}
