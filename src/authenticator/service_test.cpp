#include "authenticator/service.hpp"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

namespace sallyport::authenticator {
namespace {

using Request = Service::Request;
using Answer = Service::Answer;
using Outcome = Answer::Outcome;
using Method = Request::Method;

// Accepts everybody, but only when the test opens the gate; tells when a request has reached it.
class Gate : public auth::Authenticator {
 public:
  Outcome authenticate(const Request& request, auth::WallTime) override {
    if (!reached_.exchange(true)) reached.set_value();
    opened_.wait();
    return Answer::Accepted{{request.user}};
  }
  void open() { gate_.set_value(); }

  std::promise<void> reached;

 private:
  std::promise<void> gate_;
  std::shared_future<void> opened_{gate_.get_future()};
  std::atomic<bool> reached_ = false;
};

class Quick : public auth::Authenticator {
 public:
  Outcome authenticate(const Request&, auth::WallTime) override { return Answer::Accepted{}; }
};

std::future<Answer> ask(Service& service, std::string aaa, std::uint64_t id = 1, std::string user = "alice",
                        std::string_view answer = "", Method method = Method::password) {
  auto promise = std::make_shared<std::promise<Answer>>();
  auto future = promise->get_future();
  service.submit({id, std::move(aaa), method, std::move(user), Secret(answer), {}},
                 [promise](Answer reply) { promise->set_value(std::move(reply)); });
  return future;
}

Answer unavailable(std::uint64_t id, std::string text) {
  return {id, Answer::Unavailable{std::move(text)}};
}

std::shared_ptr<auth::OtpLedger> ledger() {
  return std::make_shared<auth::OtpLedger>();
}

Settings local(std::string_view users, std::optional<std::string_view> otp = {}) {
  Settings settings;
  settings.files.push_back({"local", Secret(users), otp ? std::optional(Secret(*otp)) : std::nullopt});
  return settings;
}

TEST(Service, answers_from_the_files_of_the_named_section) {
  Settings settings = local("alice:staff:\n");
  settings.files.push_back({"guests", Secret("bob::"), std::nullopt});
  const auto service = or_throw(Service::open(settings, ledger()));
  EXPECT_EQ(ask(*service, "local", 7).get(), (Answer{7, Answer::Accepted{{"staff"}}}));
  EXPECT_EQ(ask(*service, "guests", 8).get(), (Answer{8, Answer::Refused{Answer::Reason::no_such_user}}));
  EXPECT_EQ(ask(*service, "nowhere", 9).get(), unavailable(9, "no such back end"));
}

TEST(Service, names_the_section_and_line_of_a_mistake) {
  EXPECT_EQ(Service::open(local("alice::\nbob\n"), ledger()).error().text,
            "[aaa.local] users: line 2: not of the form user:groups:hash");
}

TEST(Service, says_busy_when_a_queue_is_full_and_answers_the_rest_in_order) {
  auto gate = std::make_shared<Gate>();
  Service service({{"slow", gate}}, ledger(), {});
  std::vector<std::future<Answer>> waiting;
  waiting.push_back(ask(service, "slow", 0));
  gate->reached.get_future().wait();
  for (std::uint64_t id = 1; id <= 64; ++id) waiting.push_back(ask(service, "slow", id));
  EXPECT_EQ(ask(service, "slow", 65).get(), unavailable(65, "busy"));
  gate->open();
  for (std::uint64_t id = 0; id <= 64; ++id)
    EXPECT_EQ(waiting[id].get(), (Answer{id, Answer::Accepted{{"alice"}}}));
}

TEST(Service, lets_no_slow_back_end_delay_another) {
  auto gate = std::make_shared<Gate>();
  Service service({{"slow", gate}, {"quick", std::make_shared<Quick>()}}, ledger(), {});
  auto slow = ask(service, "slow");
  gate->reached.get_future().wait();
  EXPECT_EQ(ask(service, "quick", 2).get(), (Answer{2, Answer::Accepted{}}));
  EXPECT_EQ(slow.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  gate->open();
  slow.get();
}

TEST(Service, answers_unavailable_when_the_time_is_up) {
  auto gate = std::make_shared<Gate>();
  Service service({{"slow", gate}}, ledger(), {.waiting = 1, .time = std::chrono::milliseconds(20)});
  auto working = ask(service, "slow", 1);
  gate->reached.get_future().wait();
  auto waiting = ask(service, "slow", 2);
  EXPECT_EQ(working.get(), unavailable(1, "the back end did not answer in time"));
  EXPECT_EQ(waiting.get(), unavailable(2, "the back end did not answer in time"));
  auto next = ask(service, "slow", 3);  // the place in the queue is free again
  EXPECT_EQ(next.get(), unavailable(3, "the back end did not answer in time"));
  gate->open();
}

TEST(Service, answers_what_waits_when_it_ends) {
  auto gate = std::make_shared<Gate>();
  auto service = std::make_unique<Service>(Service::BackEnds{{"slow", gate}}, ledger(), Limits{});
  auto working = ask(*service, "slow", 1);
  gate->reached.get_future().wait();
  std::vector<std::future<Answer>> waiting;
  for (std::uint64_t id = 2; id < 5; ++id) waiting.push_back(ask(*service, "slow", id));
  auto end = std::async(std::launch::async, [&] { service.reset(); });
  gate->open();
  end.wait();
  EXPECT_EQ(working.get(), (Answer{1, Answer::Accepted{{"alice"}}}));
  for (auto& answer : waiting) EXPECT_TRUE(answer.valid() && answer.get().id >= 2);
}

TEST(Service, uses_reloaded_files) {
  const auto service = or_throw(Service::open(local("alice::\n"), ledger()));
  EXPECT_EQ(ask(*service, "local", 1).get(), (Answer{1, Answer::Accepted{}}));
  ASSERT_TRUE(service->reload(local("alice:staff:!\n")));
  EXPECT_EQ(ask(*service, "local", 2).get(), (Answer{2, Answer::Refused{Answer::Reason::locked}}));
}

TEST(Service, changes_nothing_when_a_reload_fails) {
  const auto service = or_throw(Service::open(local("alice:staff:\n"), ledger()));
  EXPECT_FALSE(service->reload(local("alice\n")));
  EXPECT_EQ(ask(*service, "local", 1).get(), (Answer{1, Answer::Accepted{{"staff"}}}));
}

TEST(Service, drops_and_adds_sections_on_reload) {
  const auto service = or_throw(Service::open(local("alice::\n"), ledger()));
  Settings other;
  other.files.push_back({"other", Secret("alice::\n"), std::nullopt});
  ASSERT_TRUE(service->reload(other));
  EXPECT_EQ(ask(*service, "local", 1).get(), unavailable(1, "no such back end"));
  EXPECT_EQ(ask(*service, "other", 2).get(), (Answer{2, Answer::Accepted{}}));
  ASSERT_TRUE(service->reload(local("alice::\n")));
  EXPECT_EQ(ask(*service, "local", 3).get(), (Answer{3, Answer::Accepted{}}));
}

TEST(Service, keeps_what_is_spent_through_a_reload) {
  const auto settings = local("alice::\n", "HOTP alice - 3132333435363738393031323334353637383930\n");
  const auto service = or_throw(Service::open(settings, ledger()));
  const auto otp = [&](std::uint64_t id) {
    return ask(*service, "local", id, "alice", "755224", Method::otp).get();
  };
  EXPECT_EQ(otp(1), (Answer{1, Answer::Accepted{}}));
  EXPECT_EQ(otp(2), (Answer{2, Answer::Refused{Answer::Reason::replayed}}));
  ASSERT_TRUE(service->reload(settings));
  EXPECT_EQ(otp(3), (Answer{3, Answer::Refused{Answer::Reason::replayed}}));
}

}  // namespace
}  // namespace sallyport::authenticator
