#include "client/connection.hpp"

#include <csignal>

#include "client/attempt.hpp"
#include "client/dial.hpp"
#include "client/handshake.hpp"
#include "client/progress.hpp"
#include "sys/memory_file.hpp"
#include "sys/process.hpp"
#include "sys/sandbox.hpp"

namespace sallyport::client {

namespace {

constexpr std::size_t max_ca_file = 4U << 20;  // a system's whole bundle is a quarter of it

// A terminal sends its signals to both parts. They are the front's, which tells us what the user wishes, and
// has had us ignore those it takes (user_signals) since before our first moment; SIGQUIT ends the front
// alone. A gateway that went away is an error of the write, not of the process.
void ignore_other_signals() {
  for (const int number : {SIGQUIT, SIGPIPE}) std::signal(number, SIG_IGN);
}

// What the front gave us, used up before anything of a stranger is read.
struct Inheritance {
  TrustStore trust;
  tls::ClientContext tls;
  bool may_configure;
  std::string target;  // instead of the one on the command line; empty: that one
  std::vector<proto::StoredProfile> profiles;
  std::string default_user;
};

Result<Inheritance> take_over(const Descriptor& channel, const ConnectOptions& options) {
  auto start = TRY(FrontLink::receive_start(channel));
  const auto& message = start.message;
  TRY(sys::become_unprivileged({message.uid, message.gid}, static_cast<pid_t>(message.front)));
  std::string authorities;
  for (std::size_t i = 0; i < start.files.size(); ++i) {
    if (message.files[i] != proto::UserFile::ca_file) continue;
    const auto content = sys::read_whole(start.files[i].number(), max_ca_file);
    if (!content) return fail(content.error().kind, "the CA file: " + content.error().text);
    authorities = as_text(*content);
  }
  auto trust = TRY(TrustStore::parse(message.trust));
  auto tls = TRY(open_context(options, std::move(authorities)));
  return Inheritance{std::move(trust),     std::move(tls),         message.may_configure,
                     start.message.target, start.message.profiles, start.message.default_user};
}

net::Task<void> run_dial(const Attempt& attempt, net::Loop& loop, ExitCode& code) {
  try {
    co_await dial(attempt);
    code = ExitCode::ended_by_user;
  } catch (const Ended& ended) {
    code = ended.code();
    throw;
  }
  loop.stop();
}

}  // namespace

ExitCode run_connection(ConnectOptions options) {
  sys::name_process("sally-connect");
  ignore_other_signals();
  const Console console(options);
  Descriptor channel(sys::channel_descriptor);
  auto inherited = take_over(channel, options);
  if (!inherited) {
    console.complain(inherited.error().text);
    return ExitCode::failed;
  }
  if (!inherited->target.empty()) options.target = inherited->target;
  auto code = ExitCode::failed;
  Progress progress(console);
  flow::Recorder flow(1024, [&progress](const flow::Event& event) { progress.show(event); });
  // Stopping the loop ends the phases wherever they wait. Their frames go with the loop, after what stands
  // below it: sockets, and a thread, that must not outlive it.
  net::Loop loop;
  Prompt prompt(!options.non_interactive, options.passwords_on_stdin);
  FrontLink front(loop.executor(), std::move(channel));
  Tunnel tunnel(loop);
  const Attempt attempt{options,
                        console,
                        flow,
                        front,
                        prompt,
                        inherited->trust,
                        inherited->tls,
                        tunnel,
                        inherited->may_configure,
                        inherited->profiles,
                        inherited->default_user};
  front.listen([&loop](proto::UserWish wish) {
    if (wish == proto::UserWish::end || wish == proto::UserWish::detach) loop.stop();
  });
  net::spawn(loop.executor(), front.run(), [&loop](const Error&) { loop.stop(); });
  net::spawn(loop.executor(), run_dial(attempt, loop, code), [&console, &loop](const Error& error) {
    console.complain(error.text);
    loop.stop();
  });
  loop.run();
  return code;
}

}  // namespace sallyport::client
