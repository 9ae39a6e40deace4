#include "test/pair/pair.hpp"

#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "sys/message_socket.hpp"
#include "test/pair/virtual_time.hpp"

namespace sallyport::pair {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds round_time{2};
constexpr int most_rounds = 10000;  // only a run that hangs takes as long
// After so many rounds without a record somebody waits for a limit. A fault has to have struck: until then a
// busy machine is the only reason.
constexpr int silence = 5;
constexpr seconds step{10};

int open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<int>(std::distance(begin(all), end(all)));
}

}  // namespace

Pair::Pair() {
  std::signal(SIGPIPE, SIG_IGN);  // as all our programs do
  log::configure({log::Level::error, log::Format::text, "gateway"});
}

void Pair::play(net::Task<void> scenario) {
  const auto to_its_end = [](net::Task<void> task, net::Loop& loop) -> net::Task<void> {
    try {
      co_await std::move(task);
    } catch (const std::exception& exception) {
      ADD_FAILURE() << exception.what();
    }
    loop.stop();
  };
  net::spawn(loop_.executor(), to_its_end(std::move(scenario), loop_), [](const Error&) {});
  loop_.run();
}

net::Task<Outcome> Pair::run(std::string group, Disturbance& disturbance, Link::Delivery delivery) {
  const int before = open_descriptors();
  gateway_.use(disturbance);
  link_.use(disturbance, delivery);
  Outcome outcome;
  {
    ClientHalf client(loop_.executor(), options_for(group));
    co_await until([&client] { return client.is_over(); }, disturbance, &client);
    EXPECT_TRUE(client.is_over()) << "it hangs";
    if (client.is_over()) outcome = client.outcome();
    if (outcome.error.empty()) EXPECT_TRUE(client.has_stored_profile());
  }
  EXPECT_EQ(outcome.escaped, "");
  EXPECT_EQ(outcome.error.empty(), outcome.code == client::ExitCode::ended_by_user);
  const std::set<std::string> once(gateway_.codes_seen().begin(), gateway_.codes_seen().end());
  EXPECT_EQ(once.size(), gateway_.codes_seen().size()) << "a code was given twice";
  co_await settle(disturbance, before);
  check_sessions(disturbance);
  co_return outcome;
}

net::Task<int> Pair::fail_each(std::string group, Fault fault) {
  for (int n = 1; !testing::Test::HasFailure(); ++n) {
    const testing::ScopedTrace which(__FILE__, __LINE__, "operation " + std::to_string(n));
    Disturbance disturbance(fault, n);
    const auto outcome = co_await run(group, disturbance);
    if (disturbance.is_over()) continue;
    EXPECT_EQ(outcome.error, "") << "nothing was disturbed";
    co_return n - 1;
  }
  co_return 0;
}

// --- what goes on beside the client

net::Task<void> Pair::until(std::function<bool()> done, const Disturbance& disturbance, ClientHalf* client) {
  for (int rounds = 0; rounds < most_rounds && !done(); ++rounds) {
    co_await net::sleep(round_time);
    if (client != nullptr) client->use_tunnel();
    answer_packets();
    if (disturbance.is_over()) co_await let_time_pass_in_silence(client);
  }
}

net::Task<void> Pair::let_time_pass_in_silence(ClientHalf* client) {
  const bool silent = records_seen_ == link_.records();
  records_seen_ = link_.records();
  silent_rounds_ = silent ? silent_rounds_ + 1 : 0;
  if (silent_rounds_ < silence) co_return;
  let_time_pass(step);
  look_at_the_clock(loop_);
  if (client != nullptr) client->look_at_the_clock();
  if (gateway_.tunnels().count() > 0) co_await gateway_.tunnels().refresh();  // wakes their workers
}

// What is behind the gateway.
void Pair::answer_packets() {
  constexpr std::size_t source = 12;
  constexpr std::size_t destination = 16;
  const int tun = gateway_.tun().number();
  while (const auto received = sys::receive_message(tun)) {
    const ByteView packet = received->bytes;
    const auto from = or_throw(Address::from_bytes(packet.subspan(source, 4)));
    const auto to = or_throw(Address::from_bytes(packet.subspan(destination, 4)));
    (void)sys::send_message(tun, make_packet(to, from));  // a full queue loses packets
  }
}

client::ConnectOptions Pair::options_for(const std::string& group) const {
  client::ConnectOptions options;
  options.target = "https://" + link_.endpoint().to_text() + "/";
  options.server_pins = {gateway_.certificate_pin()};
  options.user = pair_user;
  options.group = group;
  options.form_entries = {{"main", "password", pair_password}};
  options.non_interactive = true;
  options.no_dtls = true;
  options.quiet = true;
  if (group == code_group) {
    options.token_mode = "hotp";
    options.token_secret = Secret(std::string_view(pair_codes));
  }
  return options;
}

// --- what must be true after a run

// Both ends have closed everything, no tunnel is left, and no session counts as having one.
net::Task<void> Pair::settle(const Disturbance& disturbance, int descriptors) {
  const auto connected = [this] {
    return std::ranges::count_if(gateway_.sessions().table().list(),
                                 [](const auto& session) { return session.connected_at.has_value(); });
  };
  const auto settled = [&] {
    return link_.open() == 0 && gateway_.tunnels().count() == 0 && connected() == 0 &&
           open_descriptors() == descriptors;
  };
  co_await until(settled, disturbance, nullptr);
  EXPECT_EQ(link_.open(), 0);
  EXPECT_EQ(gateway_.tunnels().count(), 0U);
  EXPECT_EQ(connected(), 0);
  EXPECT_EQ(open_descriptors(), descriptors);
}

void Pair::check_sessions(const Disturbance& disturbance) {
  auto& table = gateway_.sessions().table();
  EXPECT_LE(gateway_.sessions().created, gateway_.accepted());
  const auto left = table.list();
  EXPECT_LE(left.size(), static_cast<std::size_t>(gateway_.sessions().created));
  if (!disturbance.is_over()) EXPECT_EQ(left.size(), 0U) << "the user has logged out";
  std::set<Address> leased;
  for (const auto& session : left) {
    if (session.ipv4) EXPECT_TRUE(leased.insert(*session.ipv4).second);
  }
  table.expire(store::WallTime::max());
  EXPECT_TRUE(table.list().empty()) << "a session without an end";
}

}  // namespace sallyport::pair
