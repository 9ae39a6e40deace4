#include "client/connection.hpp"

#include <csignal>

#include "client/attempt.hpp"
#include "client/client_certificate.hpp"
#include "client/dial.hpp"
#include "client/handshake.hpp"
#include "client/named_host.hpp"
#include "client/progress.hpp"
#include "client/terminal_text.hpp"
#include "client/trace_file.hpp"
#include "client/user_files.hpp"
#include "proto/profile.hpp"
#include "sys/memory_file.hpp"
#include "sys/process.hpp"
#include "sys/sandbox.hpp"

namespace sallyport::client {

namespace {

// A terminal sends its signals to both parts. They are the front's, which tells us what the user wishes, and
// has had us ignore those it takes (user_signals) since before our first moment; SIGQUIT ends the front
// alone. A gateway that went away is an error of the write, not of the process.
void ignore_other_signals() {
  for (const int number : {SIGQUIT, SIGPIPE}) std::signal(number, SIG_IGN);
}

// What the front gave us, used up before anything of a stranger is read.
struct Inheritance {
  TrustStore trust;
  UserFiles files;
  std::optional<SoftwareToken> token;
  bool may_configure;
  std::optional<NamedHost> named;  // what the user's target stands for; nothing: it is a host
  std::vector<proto::StoredProfile> profiles;
  std::string default_user;
};

Result<NamedHost> look_up(const FrontLink::Start& start, const std::string& name) {
  std::vector<ProfileFile> files;
  for (std::size_t i = 0; i < start.profiles.size(); ++i) {
    const auto content = TRY(sys::read_memory_file(start.profiles[i].number(), proto::max_profile_size));
    files.push_back({start.message.profiles[i].name, std::string(as_text(content))});
  }
  return find_named_host(files, name);
}

Result<Inheritance> take_over(const Descriptor& channel, const ConnectOptions& options) {
  auto start = TRY(FrontLink::receive_start(channel));
  const auto& message = start.message;
  TRY(sys::become_unprivileged({message.uid, message.gid}, static_cast<pid_t>(message.front)));
  auto files = TRY(read_user_files(message.files, start.files));
  auto trust = TRY(TrustStore::parse(message.trust));
  std::optional<SoftwareToken> token;
  if (!options.token_mode.empty()) {
    const auto& secret = options.token_file.empty() ? options.token_secret : files.token;
    token = TRY(SoftwareToken::open(options.token_mode, secret));
  }
  std::optional<NamedHost> named;
  if (message.with_profiles) named = TRY(look_up(start, options.target));
  return Inheritance{.trust = std::move(trust),
                     .files = std::move(files),
                     .token = std::move(token),
                     .may_configure = message.may_configure,
                     .named = std::move(named),
                     .profiles = message.profiles,
                     .default_user = message.default_user};
}

// What stands in run_connection() while the loop runs.
struct Surroundings {
  ConnectOptions& options;
  const Console& console;
  flow::Recorder& flow;
  FrontLink& front;
  Prompt& prompt;
  Inheritance& inherited;
  Tunnel& tunnel;
};

net::Task<void> run_dial(Surroundings all, net::Loop& loop, ExitCode& code) {
  auto& files = all.inherited.files;
  auto identities = co_await load_client_certificate(files, all.options, all.prompt, all.console);
  all.options.key_password = Secret();
  const auto tls = or_throw(open_context(all.options, std::move(files.authorities), std::move(identities)));
  files = UserFiles();
  auto& token = all.inherited.token;
  const Attempt attempt{all.options,
                        all.console,
                        all.flow,
                        all.front,
                        all.prompt,
                        all.inherited.trust,
                        tls,
                        all.tunnel,
                        all.inherited.may_configure,
                        all.inherited.profiles,
                        all.inherited.default_user,
                        token ? &*token : nullptr};
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
  options.token_secret = Secret();
  if (const auto& named = inherited->named) {
    // Also with --quiet: the password goes where a gateway's file says.
    console.complain(terminal_line(options.target) + " is " + terminal_line(named->url) +
                     " in the client profile " + named->profile);
    options.target = named->url;
  }
  auto code = ExitCode::failed;
  Progress progress(console);
  TraceFile trace(std::move(inherited->files.trace), console);
  flow::Recorder flow(0, [&progress, &trace](const flow::Event& event) {
    progress.show(event);
    trace.write(event);
  });
  // Stopping the loop ends the phases wherever they wait. Their frames go with the loop, after what stands
  // below it: sockets, and a thread, that must not outlive it.
  net::Loop loop;
  Prompt prompt(!options.non_interactive, options.passwords_on_stdin);
  FrontLink front(loop.executor(), std::move(channel));
  Tunnel tunnel(loop, options);
  front.listen([&loop](proto::UserWish wish) {
    if (wish == proto::UserWish::end || wish == proto::UserWish::detach) loop.stop();
  });
  net::spawn(loop.executor(), front.run(), [&loop](const Error&) { loop.stop(); });
  net::spawn(loop.executor(),
             run_dial({options, console, flow, front, prompt, *inherited, tunnel}, loop, code),
             [&console, &loop](const Error& error) {
               console.complain(error.text);
               loop.stop();
             });
  loop.run();
  return code;
}

}  // namespace sallyport::client
