// A load generator: thousands of users of one gateway, ours or ocserv, from one process. They log in with
// passwords, open tunnels with DTLS, and answer what the gateway asks.
//
//   load logins …   full logins for some seconds: how many were there?
//   load hold …     brings all users up and keeps them, and does what standard input says, one word in a
//   line:
//                   status | ping RATE SECONDS | reconnect COUNT | quit
//
// Each answer is one line of JSON.
#include <algorithm>
#include <array>
#include <csignal>
#include <iostream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include "sys/files.hpp"
#include "test/bench/load/crowd.hpp"

namespace {

using namespace sallyport;
namespace json = boost::json;
using std::chrono::milliseconds;

constexpr std::size_t largest_authority = 1 << 20;

struct Options {
  std::string gateway;
  std::string name = "vpn.example.com";
  std::string authority;
  std::string password;
  std::string first_source;
  bool no_dtls = false;
  load::Names names;
  std::size_t in_flight = 16;
  double seconds = 5;
};

void say(const json::object& line) {
  std::cout << json::serialize(line) << std::endl;
}

json::object as_json(const load::Crowd::Done& done) {
  return {{"up", done.up}, {"failed", done.failed}, {"seconds", done.seconds}, {"why", done.first_failure}};
}

milliseconds to_time(double seconds) {
  return milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

net::Task<void> logins(load::Crowd& crowd, const Options& options) {
  const auto rate = co_await crowd.log_in_for(to_time(options.seconds), options.in_flight);
  say({{"logins", rate.logins},
       {"failed", rate.failed},
       {"seconds", rate.seconds},
       {"why", rate.first_failure}});
}

// False: it was the last.
net::Task<bool> obey(load::Crowd& crowd, std::string line) {
  std::istringstream words(line);
  std::string command;
  words >> command;
  if (command == "quit") co_return false;
  if (command == "status") {
    say({{"up", crowd.up()}, {"why", crowd.first_loss()}});
  } else if (command == "ping") {
    double rate = 0;
    double seconds = 0;
    words >> rate >> seconds;
    const auto pinged = co_await crowd.ping(rate, to_time(seconds));
    say({{"sent", pinged.sent}, {"answered", pinged.answered}});
  } else if (command == "reconnect") {
    std::size_t count = 0;
    words >> count;
    say(as_json(co_await crowd.reconnect(count)));
  } else {
    say({{"error", "what is '" + command + "'?"}});
  }
  co_return true;
}

net::Task<void> hold(load::Crowd& crowd, const Options& options) {
  say(as_json(co_await crowd.bring_up(options.in_flight)));
  net::Socket input(co_await net::this_executor(), Descriptor(::dup(STDIN_FILENO)));
  std::string kept;
  std::array<char, 4096> buffer;
  for (;;) {
    input.never_expires();
    co_await input.readable();
    const auto size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size <= 0) co_return;
    kept.append(buffer.data(), static_cast<std::size_t>(size));
    for (auto end = kept.find('\n'); end != std::string::npos; end = kept.find('\n')) {
      auto line = kept.substr(0, end);
      kept.erase(0, end + 1);
      if (!co_await obey(crowd, std::move(line))) co_return;
    }
  }
}

// Two for each user, and some.
void raise_descriptor_limit(std::size_t users) {
  const rlim_t wanted = 2 * users + 100;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return;
  limit = {wanted, std::max(limit.rlim_max, wanted)};
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    throw Failure(fail_errno("cannot have " + std::to_string(wanted) + " descriptors").value());
  }
}

using Work = net::Task<void> (*)(load::Crowd&, const Options&);

int run(const Options& options, Work work) {
  raise_descriptor_limit(options.names.count);
  auto names = options.names;
  names.first = or_throw(Address::parse(options.first_source));
  const auto authority = or_throw(sys::read_existing(options.authority, largest_authority));
  const auto tls = or_throw(
      tls::ClientContext::open({.system_trust = false, .authorities = std::string(as_text(authority))}));
  const auto dtls = or_throw(tls::DtlsContext::open_client());
  const load::Target target{or_throw(Endpoint::parse(options.gateway)),
                            options.name,
                            options.password,
                            !options.no_dtls,
                            tls,
                            dtls};
  net::Loop loop;
  load::Crowd crowd(loop, target, names);
  int status = 0;
  const auto whole = [&]() -> net::Task<void> {
    co_await work(crowd, options);
    loop.stop();
  };
  net::spawn(loop.executor(), whole(), [&](const Error& error) {
    std::cerr << "load: " << error.text << std::endl;
    status = 1;
    loop.stop();
  });
  loop.run();
  return status;
}

}  // namespace

int main(int count, char** words) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app{"A load generator for AnyConnect gateways"};
  app.require_subcommand(1);
  Options options;
  const auto add = [&](const char* name, const char* what) {
    auto* command = app.add_subcommand(name, what);
    command->add_option("--gateway", options.gateway, "ADDRESS:PORT")->required();
    command->add_option("--name", options.name, "The name in its certificate");
    command->add_option("--cafile", options.authority, "Whom to trust, PEM")->required();
    command->add_option("--users", options.names.prefix, "The users are PREFIX0, PREFIX1 …")->required();
    command->add_option("--from", options.names.from, "The first one's number");
    command->add_option("--count", options.names.count, "How many there are");
    command->add_option("--password", options.password, "Everybody's")->required();
    command->add_option("--source", options.first_source, "Address that the first comes from")->required();
    command->add_option("--sources", options.names.sources, "How many addresses there are from that one on");
    command->add_option("--in-flight", options.in_flight, "Logins at the same time");
    command->add_flag("--no-dtls", options.no_dtls, "TLS only");
    return command;
  };
  auto* logins_command = add("logins", "Full logins for some seconds");
  logins_command->add_option("--seconds", options.seconds, "For how long");
  auto* hold_command = add("hold", "Brings all users up and keeps them");
  CLI11_PARSE(app, count, words);
  try {
    return run(options, hold_command->parsed() ? hold : logins);
  } catch (const Failure& failure) {
    std::cerr << "load: " << failure.error().text << std::endl;
    return 1;
  }
}
