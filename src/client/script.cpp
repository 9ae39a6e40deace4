#include "client/script.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include <fmt/format.h>
#include <unistd.h>

#include "base/print.hpp"
#include "client/script_environment.hpp"
#include "sys/process.hpp"
#include "sys/program.hpp"

namespace sallyport::client {

namespace {

constexpr std::chrono::seconds limit{60};
constexpr std::chrono::seconds patience{10};

// "connect" of reason=connect.
std::string reason_of(const std::vector<std::string>& environment) {
  constexpr std::string_view name = "reason=";
  const auto found =
      std::ranges::find_if(environment, [&](const auto& line) { return line.starts_with(name); });
  return found == environment.end() ? "" : found->substr(name.size());
}

}  // namespace

Result<void> run_script(const std::vector<std::string>& arguments,
                        const std::vector<std::string>& environment) {
  const auto reason = reason_of(environment);
  const auto what = "the script (reason=" + reason + ")";
  const auto status = sys::run_program(
      {.arguments = arguments,
       .environment = environment,
       .limit = limit,
       .patience = patience,
       .slow = [&what] {
         print_line(stderr, fmt::format("sallyport: {} still runs after {} s", what, patience.count()));
       }});
  if (!status && status.error().kind == ErrorKind::timeout) {
    return fail(ErrorKind::timeout,
                fmt::format("{} did not end within {} s and was killed", what, limit.count()));
  }
  if (!status) return fail(status.error().kind, what + ": " + status.error().text);
  if (*status != 0) return fail(ErrorKind::internal, what + " failed: " + sys::describe_exit(*status));
  return {};
}

ProgramToRun Script::call(std::string_view reason, const proto::HostSettings& settings,
                          const std::string& interface) const {
  ProgramToRun program{{"/bin/sh", "-c", command_}, base_environment(), true};
  program.environment.push_back(verbose_ ? "LOG_LEVEL=2" : "LOG_LEVEL=1");
  std::ranges::move(script_environment(reason, settings, interface, getpid()),
                    std::back_inserter(program.environment));
  return program;
}

Result<void> Script::run(std::string_view reason, const proto::HostSettings& settings,
                         const std::string& interface) const {
  const auto program = call(reason, settings, interface);
  return run_script(program.arguments, program.environment);
}

Result<void> Script::promise_disconnect(const proto::HostSettings& settings, const std::string& interface) {
  const HostChange disconnect = call("disconnect", settings, interface);
  if (journal_.has(disconnect)) return {};
  std::vector<HostChange> earlier;
  for (const auto& entry : journal_.entries()) earlier.push_back(entry.change);
  TRY(journal_.add(disconnect));
  for (const auto& change : earlier) TRY(journal_.forget(change));
  return {};
}

}  // namespace sallyport::client
