#include "client/download.hpp"

#include "base/text.hpp"
#include "client/test_support.hpp"
#include "sys/memory_file.hpp"
#include "tls/digest.hpp"

namespace sallyport::client {
namespace {

const std::string profile = "<AnyConnectProfile><ServerList/></AnyConnectProfile>";

class DownloadPhase : public ::testing::Test {
 protected:
  DownloadPhase() {
    admission.token = Secret("TOKEN");
    admission.user = "alice";
    announce(tls::sha1_hex(as_bytes(profile)));
  }

  void announce(const std::string& hash, const std::string& uri = "/profiles/corp.xml") {
    admission.complete.profiles.files = {proto::profile_entry(uri, hash)};
  }

  // What the front hears until there is a Remember; it stores what it is to store.
  struct Front {
    std::string name;
    std::string content;
    std::optional<proto::Remember> remembered;
  };

  static net::Task<void> hear(const Descriptor& end, Front& front, net::Signal& heard) {
    net::Socket socket(co_await net::this_executor(), Descriptor(dup(end.number())));
    while (!front.remembered) {
      co_await socket.readable();
      const auto message = or_throw(sys::receive_message(end.number()));
      const auto wish = or_throw(proto::decode<proto::ConnectionMessage>(message.bytes));
      if (const auto* store = std::get_if<proto::StoreProfile>(&wish)) {
        front.name = store->name;
        const auto file = message.descriptors.at(0).number();
        front.content = as_text(or_throw(sys::read_memory_file(file, proto::max_trust_file)));
        or_throw(sys::send_message(end.number(), proto::encode(proto::FrontMessage(proto::ProfileStored{}))));
      } else {
        front.remembered = std::get<proto::Remember>(wish);
        heard.notify();
      }
    }
  }

  static net::Task<void> phase(const Attempt& attempt, proto::Url url, const Admission& admission,
                               const Front& front, net::Signal& heard) {
    HttpSession login(attempt, std::move(url));
    co_await login.open();
    co_await download(login, admission, attempt);
    while (!front.remembered) co_await heard.wait();
  }

  testing::Outcome run_phase(std::vector<proto::StoredProfile> stored = {}) {
    auto attempt = run.attempt;
    attempt.profiles = std::move(stored);
    const auto ignore = [](const Error&) {};
    net::spawn(run.loop.executor(), run.front.run(), ignore);
    net::spawn(run.loop.executor(), hear(run.front_end, front, heard), ignore);
    return run.run(
        phase(attempt, or_throw(proto::Url::parse(gateway.url("/staff"))), admission, front, heard));
  }

  std::string failure() const {
    return "the client profile corp.xml cannot be fetched from " + gateway.url("").substr(8) + ": ";
  }

  const std::string way_out = " (--no-profile-download connects without it)";
  testing::Run run;
  testing::FakeGateway gateway{run.loop};
  Admission admission;
  Front front;
  net::Signal heard{run.loop.executor()};
};

TEST_F(DownloadPhase, fetches_a_profile_in_a_tls_session_of_its_own) {
  run.options.target = "vpn.example.com:8443/staff";
  gateway.will_answer(profile);
  EXPECT_EQ(run_phase().error, "");
  EXPECT_EQ(gateway.connections, 2);
  ASSERT_EQ(gateway.requests.size(), 1U);
  EXPECT_EQ(gateway.requests[0].method, "GET");
  EXPECT_EQ(gateway.requests[0].target, "/profiles/corp.xml");
  EXPECT_EQ(gateway.requests[0].headers.find("Cookie"), "webvpn=TOKEN");
  EXPECT_EQ(front.name, "corp.xml");
  EXPECT_EQ(front.content, profile);
  ASSERT_TRUE(front.remembered);
  EXPECT_EQ(front.remembered->user, "alice");
  EXPECT_EQ(front.remembered->address, "vpn.example.com:8443");
  EXPECT_EQ(front.remembered->certificate_hash, testing::gateway_identity().chain.leaf().fingerprint());
}

TEST_F(DownloadPhase, fetches_nothing_that_is_there) {
  EXPECT_EQ(run_phase({{"corp.xml", to_lower(tls::sha1_hex(as_bytes(profile)))}}).error, "");
  EXPECT_EQ(gateway.connections, 1);
  EXPECT_TRUE(front.remembered);
}

TEST_F(DownloadPhase, fetches_nothing_that_the_user_does_not_want) {
  run.options.profile_download = false;
  EXPECT_EQ(run_phase().error, "");
  EXPECT_EQ(gateway.connections, 1);
  EXPECT_TRUE(front.remembered);
}

TEST_F(DownloadPhase, an_announcement_that_makes_no_sense_names_the_way_out_and_it_leads_out) {
  announce("no hash");
  EXPECT_EQ(run_phase().error,
            "the gateway announces the client profile corp.xml without its SHA-1" + way_out);
  run.options.profile_download = false;
  EXPECT_EQ(run_phase().error, "");
}

TEST_F(DownloadPhase, ends_the_attempt_over_another_hash) {
  gateway.will_answer(profile + " ");
  EXPECT_EQ(run_phase().error, failure() + "its SHA-1 is " + tls::sha1_hex(as_bytes(profile + " ")) +
                                   " and not the announced " + tls::sha1_hex(as_bytes(profile)) + way_out);
  EXPECT_EQ(front.name, "");
}

TEST_F(DownloadPhase, ends_the_attempt_over_what_is_no_profile) {
  const std::string page = "<html></html>";
  announce(tls::sha1_hex(as_bytes(page)));
  gateway.will_answer(page);
  const auto error = run_phase().error;
  EXPECT_TRUE(error.starts_with(failure() + "it is no client profile: ")) << error;
  EXPECT_EQ(front.name, "");
}

TEST_F(DownloadPhase, ends_the_attempt_over_a_missing_profile) {
  gateway.will_answer(proto::HttpReply{.status = 404, .reason = "Not Found"});
  const auto outcome = run_phase();
  EXPECT_EQ(outcome.error, failure() + "404 Not Found" + way_out);
  EXPECT_EQ(outcome.code, std::nullopt);  // a failure like others: status 1
}

TEST_F(DownloadPhase, follows_no_redirect_with_the_cookie) {
  proto::HttpReply elsewhere{.status = 302, .reason = "Found"};
  elsewhere.headers.add("Location", gateway.url("/other"));
  gateway.will_answer(elsewhere);
  EXPECT_EQ(run_phase().error, failure() + "302 Found" + way_out);
  EXPECT_EQ(gateway.requests.size(), 1U);
}

TEST_F(DownloadPhase, takes_a_megabyte_and_not_more) {
  gateway.will_answer(std::string((1U << 20) + 1, ' '));
  const auto error = run_phase().error;
  EXPECT_TRUE(error.starts_with(failure()) && error.find("too large") != std::string::npos) << error;
}

}  // namespace
}  // namespace sallyport::client
