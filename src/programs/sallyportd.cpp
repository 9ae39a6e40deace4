// sallyportd: the secure gateway. Without --role it is the supervisor; with it, one of the supervisor's
// children.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "authenticator/role.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "gateway/role.hpp"
#include "keeper/role.hpp"
#include "supervisor/run.hpp"
#include "sys/process.hpp"

namespace {

int run_role(const std::string& role) {
  if (role == "keeper") return sallyport::keeper::run_role();
  if (role == "authenticator") return sallyport::authenticator::run_role();
  return sallyport::gateway::run_role();
}

}  // namespace

int main(int count, char** arguments) {
  sallyport::sys::open_standard_streams();
  using namespace sallyport;
  CLI::App app("The Sallyport secure gateway: AnyConnect SSL VPN.", "sallyportd");
  app.set_version_flag("--version", std::string(version()));
  std::string config_file = "/etc/sallyport/sallyport.toml";
  std::string level = "notice";
  std::string format = "text";
  std::string role;
  bool only_check = false;
  bool help_config = false;
  bool demo_config = false;
  app.add_option("--config", config_file, "The configuration, a TOML file")->capture_default_str();
  app.add_flag("--check", only_check, "Check the configuration and all it names, then exit: 0 good, 1 not");
  app.add_flag("--help-config", help_config, "Print every key of the configuration with its default");
  app.add_flag("--demo-config", demo_config,
               "Print a whole configuration for a trial run, to be edited; it says which files it expects");
  app.add_option("--log-level", level, "error, warning, notice, info or debug")
      ->check(CLI::IsMember({"error", "warning", "notice", "info", "debug"}))
      ->capture_default_str();
  app.add_option("--log-format", format, "text or json, on stderr")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option("--role", role)->check(CLI::IsMember({"keeper", "authenticator", "gateway"}))->group("");
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;  // 0: --help or --version
  }

  if (!role.empty()) return run_role(role);
  if (help_config) {
    std::fputs(supervisor::config_reference().c_str(), stdout);
    return 0;
  }
  if (demo_config) {
    std::fputs(supervisor::demo_config().data(), stdout);
    return 0;
  }
  const supervisor::Options options{config_file, *log::parse_level(level),
                                    format == "json" ? log::Format::json : log::Format::text};
  return only_check ? supervisor::check(options) : supervisor::run(options);
}
