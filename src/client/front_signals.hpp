// The user's signals and the child's end, as something to read: SIGINT and its relatives are the front's to
// understand, and the connection's not to die of.
#pragma once

#include <array>
#include <csignal>
#include <map>
#include <optional>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "proto/client_messages.hpp"
#include "proto/time.hpp"

namespace sallyport::client {

// The connection ignores them from its first moment.
inline constexpr std::array<int, 5> user_signals{SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};

// From now on they and SIGCHLD are read from this descriptor, also if they were ignored when we were started.
Result<Descriptor> take_signals();

// The next signal that waits; 0: none.
int next_signal(const Descriptor& signals);

std::optional<proto::UserWish> wish_of(int signal);

// A wish to end may arrive twice: timeout(1) sends its signal to us and to our process group, and what goes
// to the group while --background waits is passed on as well. The second would cut the farewell short.
class Wishes {
 public:
  // False: it is the echo of an earlier one.
  bool is_new(proto::UserWish wish, proto::Time now);

 private:
  std::map<proto::UserWish, proto::Time> taken_;
};

}  // namespace sallyport::client
