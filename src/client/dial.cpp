#include "client/dial.hpp"

#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "client/handshake.hpp"
#include "client/progress.hpp"

namespace sallyport::client {

namespace {

net::Task<void> dial(const ConnectOptions& options, flow::Recorder& flow) {
  const auto gateway = or_throw(proto::Url::parse(options.target));
  const auto context = or_throw(open_context(options));
  const auto stream = co_await handshake(gateway, options, context, flow);  // 1 TLS handshake
  co_await stream->close();
  throw Ended(ExitCode::failed,
              {ErrorKind::unsupported, "phase 2 (group selection) and all after it are not built yet"});
}

}  // namespace

ExitCode run(const ConnectOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);  // a gateway that went away is an error of the write, not of the process
  Progress progress(options.verbose);
  flow::Recorder flow(1024, [&progress](const flow::Event& event) { progress.show(event); });
  auto code = ExitCode::failed;
  const auto task = [](const ConnectOptions& how, flow::Recorder& events,
                       ExitCode& outcome) -> net::Task<void> {
    try {
      co_await dial(how, events);
    } catch (const Ended& ended) {
      outcome = ended.code();
      throw;
    }
  };
  net::Loop loop;
  net::spawn(loop.executor(), task(options, flow, code),
             [](const Error& error) { fmt::print(stderr, "sallyport: {}\n", error.text); });
  loop.run();
  return code;
}

}  // namespace sallyport::client
