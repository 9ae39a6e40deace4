#include "net/tcp.hpp"

#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "net/test_support.hpp"

namespace sallyport::net {

using std::chrono::milliseconds;
using namespace testing;

namespace {

struct Listener {
  Descriptor descriptor{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};

  Listener() {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(descriptor.number(), any, size), 0);
    EXPECT_EQ(::listen(descriptor.number(), 8), 0);
    EXPECT_EQ(::getsockname(descriptor.number(), any, &size), 0);
  }
  Descriptor share() const { return Descriptor(::dup(descriptor.number())); }
  Descriptor connect() const {
    Descriptor peer(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(peer.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return peer;
  }
};

// No descriptor can be opened while it lives.
class NoDescriptorLeft {
 public:
  NoDescriptorLeft() {
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    const Descriptor next(::eventfd(0, EFD_CLOEXEC));
    const rlimit limit{static_cast<rlim_t>(next.number()), before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  NoDescriptorLeft(const NoDescriptorLeft&) = delete;
  NoDescriptorLeft& operator=(const NoDescriptorLeft&) = delete;
  ~NoDescriptorLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

Task<void> accept_one(Acceptor& acceptor, std::optional<Accepted>& accepted) {
  auto one = co_await acceptor.accept();
  accepted = std::move(one);
}

// What a peer learns that was dropped.
bool is_closed(const Descriptor& peer) {
  char byte = 0;
  return ::recv(peer.number(), &byte, 1, MSG_DONTWAIT) == 0;
}

Task<void> end_soon(std::optional<NoDescriptorLeft>& shortage) {
  co_await sleep(milliseconds(1));
  shortage.reset();
}

Task<void> drop_one_and_accept(Acceptor& acceptor, std::optional<NoDescriptorLeft>& shortage,
                               std::optional<Accepted>& accepted) {
  const auto dropped = co_await acceptor.accept();
  EXPECT_FALSE(dropped.descriptor);
  EXPECT_EQ(dropped.peer.address.to_text(), "127.0.0.1");
  shortage.reset();
  co_await accept_one(acceptor, accepted);
}

void expect_no_error(const Error& error) {
  ADD_FAILURE() << error.text;
}

}  // namespace

TEST(Acceptor, drops_a_connection_for_which_no_descriptor_is_left_and_takes_the_next) {
  Loop loop;
  const Listener listener;
  Acceptor acceptor(loop.executor(), listener.share());
  const auto peer = listener.connect();
  const auto later = listener.connect();
  std::optional<NoDescriptorLeft> shortage(std::in_place);
  std::optional<Accepted> accepted;
  EXPECT_EQ(run(loop, drop_one_and_accept(acceptor, shortage, accepted)), std::nullopt);
  EXPECT_TRUE(is_closed(peer));
  EXPECT_TRUE(accepted.value().descriptor);
  EXPECT_FALSE(is_closed(later));
}

TEST(Acceptor, leaves_descriptors_for_others) {
  Loop loop;
  const Listener listener;
  Acceptor acceptor(loop.executor(), listener.share(), 3);
  const auto peer = listener.connect();
  std::optional<Accepted> accepted;
  EXPECT_EQ(run(loop, accept_one(acceptor, accepted)), std::nullopt);
  EXPECT_FALSE(accepted.value().descriptor);
  EXPECT_TRUE(is_closed(peer));
}

TEST(Acceptor, waits_where_not_even_its_reserve_is_left) {
  Loop loop;
  const Listener listener;
  const auto peer = listener.connect();
  const Socket first(loop.executor(), listener.share());  // what the loop needs itself is there from now on
  auto own = listener.share();
  std::optional<NoDescriptorLeft> shortage(std::in_place);
  Acceptor acceptor(loop.executor(), std::move(own));
  spawn(loop.executor(), end_soon(shortage), expect_no_error);
  std::optional<Accepted> accepted;
  EXPECT_EQ(run(loop, accept_one(acceptor, accepted)), std::nullopt);
  EXPECT_TRUE(accepted.value().descriptor);
}

TEST(AcceptorInAFlood, gives_others_their_turn_before_the_next) {
  const Listener listener;
  const auto first = listener.connect();
  const auto second = listener.connect();
  Loop loop;
  Acceptor acceptor(loop.executor(), listener.share());
  std::string order;
  const auto accept_both = [](Acceptor& from, Loop& of, std::string& log) -> Task<void> {
    for (int count = 0; count < 2; ++count) {
      of.post([&log] { log += "other "; });
      (void)co_await from.accept();
      log += "accepted ";
    }
  };
  EXPECT_FALSE(run(loop, accept_both(acceptor, loop, order)));
  EXPECT_EQ(order, "other accepted other accepted ");
}

}  // namespace sallyport::net
