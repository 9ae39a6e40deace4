#include "gateway/tunnels.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "store/memory_store.hpp"
#include "store/test_support.hpp"
#include "tunnel/harness_test.hpp"

namespace sallyport::gateway {

namespace {

using namespace std::chrono_literals;
using namespace tunnel::test;
using proto::IdleTime;

// The next update can be held up, to fail then like that of a full disk.
class HeldStore : public store::MemoryStore {
 public:
  net::Task<Result<store::Session>> update(store::Session session) override {
    if (!hold_next) co_return co_await MemoryStore::update(std::move(session));
    hold_next = false;
    holds = true;
    while (holds) co_await net::sleep(1ms);
    co_return fail(ErrorKind::unavailable, "the disk is full");
  }

  net::Task<Result<std::optional<store::Session>>> find(store::SessionId id) override {
    ++finds;
    if (std::exchange(fail_next_find, false)) co_return fail(ErrorKind::unavailable, "the disk is broken");
    co_return co_await MemoryStore::find(id);
  }

  int finds = 0;
  bool fail_next_find = false;
  bool hold_next = false;
  bool holds = false;
};

class TunnelsTest : public testing::Test {
 public:
  TunnelsTest() : tunnels_(loop_.executor(), sessions_, SessionClock(store::WallTime(0s))) {
    std::signal(SIGPIPE, SIG_IGN);  // as all our programs do
    std::vector<Descriptor> queues;
    queues.push_back(tun_.worker_end());
    or_throw(tunnels_.start(std::move(queues), {}));
  }
  ~TunnelsTest() override { tunnels_.stop(); }

  void run(net::Task<void> scenario) {
    net::spawn(loop_.executor(), until_its_end(std::move(scenario)),
               [](const Error& error) { ADD_FAILURE() << error.text; });
    loop_.run();
  }
  net::Task<void> until_its_end(net::Task<void> scenario) {
    try {
      co_await std::move(scenario);
    } catch (const Failure& failure) {
      ADD_FAILURE() << failure.error().text;
    }
    loop_.stop();
  }

  net::Task<void> log_in() { or_throw(co_await sessions_.create(store::testing::sample_session(1))); }
  net::Task<void> claim() {
    const auto claimed = or_throw(co_await sessions_.claim(1, {}));
    EXPECT_TRUE(claimed);
  }
  net::Task<store::Session> session() {
    const auto found = or_throw(co_await sessions_.find(store::SessionId(1)));
    co_return found.value();
  }
  Peer attach(std::uint64_t generation, std::chrono::seconds idle) {
    auto pair = connect();
    const tunnel::TunnelId id{1, generation};
    tunnels_.attach({.id = id, .idle = IdleTime(idle, Clock::now())},
                    {{.id = id, .addresses = {prefix("10.9.0.2")}, .mtu = 1400, .liveness = {}},
                     nullptr,
                     std::move(pair.server_socket),
                     std::move(pair.server),
                     {}});
    return std::move(pair.client);
  }
  Peer attach_and_send() {
    auto peer = attach(1, 0s);
    const auto packet = make_packet({.from = peer4, .to = host4});
    peer.send(FrameType::data, packet);
    EXPECT_EQ(tun_.take(), packet);
    return peer;
  }
  net::Task<void> until(std::function<bool()> done) {
    for (int i = 0; i < 5000 && !done(); ++i) co_await net::sleep(1ms);
    EXPECT_TRUE(done());
  }
  net::Task<void> until_tunnels_are(std::size_t count) {
    co_await until([this, count] { return tunnels_.count() == count; });
  }
  net::Task<void> until_received(std::uint64_t packets) {
    auto now = co_await session();
    for (int i = 0; i < 5000 && now.totals.rx_packets != packets; ++i) {
      co_await net::sleep(1ms);
      now = co_await session();
    }
    EXPECT_EQ(now.totals.rx_packets, packets);
  }

  net::Loop loop_;
  FakeTun tun_;
  HeldStore sessions_;
  Tunnels tunnels_;
};

TEST_F(TunnelsTest, an_accounting_that_fails_loses_nothing_of_a_tunnel_that_ended_meanwhile) {
  run([](auto& self) -> net::Task<void> {
    co_await self.log_in();
    co_await self.claim();
    auto peer = self.attach_and_send();
    self.sessions_.hold_next = true;
    net::spawn(self.loop_.executor(), self.tunnels_.save(), [](const Error&) {});
    co_await self.until([&self] { return self.sessions_.holds; });
    peer.disappear();
    co_await self.until_tunnels_are(0);
    self.sessions_.holds = false;
    co_await self.until_received(1);
    const auto session = co_await self.session();
    EXPECT_FALSE(session.connected_at);
  }(*this));
}

TEST_F(TunnelsTest, an_end_that_finds_the_session_unreadable_is_stored_later) {
  run([](auto& self) -> net::Task<void> {
    co_await self.log_in();
    co_await self.claim();
    auto peer = self.attach_and_send();
    co_await self.until([&self] { return self.sessions_.finds == 1; });  // it was, by its beginning
    self.sessions_.fail_next_find = true;
    peer.disappear();
    co_await self.until([&self] { return !self.sessions_.fail_next_find; });
    co_await self.until_received(1);
    const auto session = co_await self.session();
    EXPECT_FALSE(session.connected_at);
  }(*this));
}

TEST_F(TunnelsTest, a_session_is_connected_while_its_next_connect_is_being_answered) {
  run([](auto& self) -> net::Task<void> {
    co_await self.log_in();
    co_await self.claim();
    auto first = self.attach(1, 0s);
    co_await self.until_tunnels_are(1);
    co_await self.claim();
    const auto generation = [&self] {
      const auto* newest = self.tunnels_.newest_of(1);
      return newest == nullptr ? 0 : newest->id.generation;
    };
    EXPECT_EQ(generation(), 1U);
    EXPECT_EQ(self.tunnels_.newest_of(0), nullptr);
    EXPECT_EQ(self.tunnels_.newest_of(2), nullptr);
    auto second = self.attach(2, 0s);
    co_await self.until([&] { return generation() == 2; });
    second.disappear();
    co_await self.until([&] { return generation() == 0; });
  }(*this));
}

// The worker finds the old connection closed before it has the new one.
TEST_F(TunnelsTest, a_tunnel_whose_successor_is_on_its_way_is_taken_over) {
  run([](auto& self) -> net::Task<void> {
    co_await self.log_in();
    co_await self.claim();
    auto first = self.attach(1, 0s);
    co_await self.until_tunnels_are(1);
    co_await self.claim();
    first.disappear();
    const auto second = self.attach(2, 0s);
    EXPECT_EQ(self.tunnels_.count(), 2U);
    co_await self.until_tunnels_are(1);
    EXPECT_NE(self.tunnels_.find({1, 2}), nullptr);
    const auto steps = [&self](flow::Step step) {
      return std::ranges::count(self.tunnels_.kept_events().events, step, &flow::Event::step);
    };
    EXPECT_EQ(steps(flow::Step::taken_over), 1);
    EXPECT_EQ(steps(flow::Step::lost), 0);
  }(*this));
}

// Their CONNECTs crossed, on two control threads.
TEST_F(TunnelsTest, a_tunnel_that_comes_too_late_changes_no_idle_time) {
  run([](auto& self) -> net::Task<void> {
    co_await self.log_in();
    co_await self.claim();
    co_await self.claim();
    const auto second = self.attach(2, 0s);
    const auto first = self.attach(1, 300s);
    co_await self.until_tunnels_are(1);
    const auto* left = self.tunnels_.find({1, 2});
    EXPECT_NE(left, nullptr);
    if (left != nullptr) EXPECT_LT(left->idle->at(Clock::now()), 100s);
  }(*this));
}

}  // namespace

}  // namespace sallyport::gateway
