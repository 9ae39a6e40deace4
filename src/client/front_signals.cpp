#include "client/front_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

namespace sallyport::client {

Result<Descriptor> take_signals() {
  std::signal(SIGPIPE, SIG_IGN);  // a terminal that went away must not stop us before all is taken back
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGCHLD);
  for (const int number : user_signals) sigaddset(&wanted, number);
  sigprocmask(SIG_BLOCK, &wanted, nullptr);
  std::signal(SIGCHLD, SIG_DFL);  // ignored, it would take the children's exit status away
  for (const int number : user_signals) std::signal(number, SIG_DFL);
  Descriptor signals(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) return fail_errno("cannot take signals");
  return signals;
}

int next_signal(const Descriptor& signals) {
  signalfd_siginfo info{};
  const auto size = read(signals.number(), &info, sizeof info);
  return size == static_cast<ssize_t>(sizeof info) ? static_cast<int>(info.ssi_signo) : 0;
}

bool Wishes::is_new(proto::UserWish wish, proto::Time now) {
  constexpr std::chrono::milliseconds echo{300};  // nobody presses Ctrl-C twice in less and means it
  if (wish != proto::UserWish::end && wish != proto::UserWish::detach) return true;
  const auto [last, first_time] = taken_.try_emplace(wish, now);
  if (!first_time && now < last->second + echo) return false;
  last->second = now;
  return true;
}

std::optional<proto::UserWish> wish_of(int signal) {
  switch (signal) {
    case SIGINT:
    case SIGTERM:
      return proto::UserWish::end;
    case SIGHUP:
      return proto::UserWish::detach;
    case SIGUSR2:
      return proto::UserWish::reconnect;
    case SIGUSR1:
      return proto::UserWish::statistics;
    default:
      return std::nullopt;
  }
}

}  // namespace sallyport::client
