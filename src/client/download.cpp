#include "client/download.hpp"

#include "base/text.hpp"
#include "client/download_plan.hpp"
#include "client/terminal_text.hpp"
#include "proto/profile.hpp"
#include "tls/digest.hpp"

namespace sallyport::client {

namespace {

using flow::Direction;
using flow::FieldName;
using flow::Phase;
using flow::Step;

constexpr int ok = 200;
constexpr std::string_view way_out = " (--no-profile-download connects without it)";

// The gateway says which certificate it sent. If another one came, somebody else holds that one's key.
void compare_certificate(const HttpSession& session, const std::string& announced, std::string_view where,
                         const Attempt& attempt) {
  const auto& seen = session.certificate_hash();
  if (announced.empty() || equals_ignoring_case(announced, seen)) return;
  attempt.console.complain("warning: the gateway announces the certificate " + terminal_line(announced) +
                           ", but in " + std::string(where) + " came " + seen +
                           ": something between may be reading along");
}

void tell_packages(const proto::Manifest& core, const Attempt& attempt) {
  if (core.files.empty()) return;
  attempt.console.say("the gateway offers packages, which are never fetched or run: " + packages_of(core));
}

Result<std::string> content_of(const proto::HttpReply& reply, const AnnouncedProfile& wanted) {
  if (reply.status != ok) return fail(ErrorKind::unavailable, describe(reply));
  const auto hash = tls::sha1_hex(as_bytes(reply.body));
  if (!equals_ignoring_case(hash, wanted.hash)) {
    return fail(ErrorKind::malformed, "its SHA-1 is " + hash + " and not the announced " + wanted.hash);
  }
  if (const auto parsed = proto::Profile::parse(reply.body); !parsed) {
    return fail(parsed.error().kind, "it is no client profile: " + parsed.error().text);
  }
  return reply.body;
}

// Redirects are not followed: the cookie stays where the login was. Throws Failure with the reason alone.
net::Task<std::string> fetch(HttpSession& session, const AnnouncedProfile& wanted, const Attempt& attempt) {
  attempt.record(
      Attempt::event(Phase::download, Step::sent, Direction::to_peer).with(FieldName::profile, wanted.name));
  co_await session.go_to(or_throw(url_of(session.url(), wanted.path)));
  const auto reply = co_await session.get();
  attempt.record(Attempt::event(Phase::download, Step::received, Direction::from_peer)
                     .with(FieldName::status, reply.status)
                     .with(FieldName::bytes, std::ssize(reply.body)));
  auto content = or_throw(content_of(reply, wanted));
  co_return content;
}

// Throws Ended, Failure with the whole sentence.
net::Task<std::size_t> fetch_and_store(HttpSession& session, const AnnouncedProfile& wanted,
                                       const Attempt& attempt) {
  std::string what = "cannot be fetched from ";
  try {
    auto content = co_await fetch(session, wanted, attempt);
    const auto size = content.size();
    what = "cannot be stored, from ";
    co_await attempt.front.store_profile(wanted.name, std::move(content));
    co_return size;
  } catch (const Ended&) {
    throw;
  } catch (const Failure& failure) {
    attempt.record(Attempt::event(Phase::download, Step::failed).with(FieldName::profile, wanted.name));
    throw Failure({failure.error().kind, "the client profile " + wanted.name + ' ' + what +
                                             session.url().authority() + ": " + failure.error().text +
                                             std::string(way_out)});
  }
}

// Answers how many bytes came.
net::Task<std::size_t> fetch_all(const HttpSession& login, const Admission& admission,
                                 const std::vector<AnnouncedProfile>& wanted, const Attempt& attempt) {
  auto session = login.beside();
  session.give_cookie("webvpn", admission.token);
  co_await session.open();
  compare_certificate(session, admission.complete.server_cert_hash, "the downloader's TLS session", attempt);
  std::size_t bytes = 0;
  for (const auto& profile : wanted) {
    const auto size = co_await fetch_and_store(session, profile, attempt);
    bytes += size;
  }
  co_await session.close();
  co_return bytes;
}

// What is to be fetched; its name goes into the flow.
struct Plan {
  std::vector<AnnouncedProfile> wanted;
  std::string name;
};

// Without the user's wish nothing is judged either: whatever is announced stops nobody.
Plan plan(const proto::AuthComplete& complete, const Attempt& attempt) {
  auto announced = announced_profiles(complete);
  Plan made;
  if (announced && !announced->empty()) made.name = announced->front().name;
  if (!attempt.options.profile_download) {
    const auto what = made.name.empty() ? "what the gateway announces as client profile"
                                        : "the gateway's client profile " + made.name;
    if (!announced || !made.name.empty()) {
      attempt.console.say(what + " is not fetched (--no-profile-download)");
    }
    return made;
  }
  if (!announced) throw Failure({announced.error().kind, announced.error().text + std::string(way_out)});
  made.wanted = to_be_fetched(std::move(*announced), attempt.profiles);
  return made;
}

}  // namespace

net::Task<void> download(const HttpSession& login, const Admission& admission, const Attempt& attempt) {
  const auto& complete = admission.complete;
  const auto [wanted, name] = plan(complete, attempt);
  auto event = Attempt::event(Phase::download, Step::received, Direction::from_peer);
  if (!name.empty()) event.with(FieldName::profile, name);
  attempt.record(event);
  compare_certificate(login, complete.server_cert_hash, "the login's TLS session", attempt);
  tell_packages(complete.core, attempt);

  std::size_t bytes = 0;
  if (!wanted.empty()) bytes = co_await fetch_all(login, admission, wanted, attempt);
  const auto target = proto::Url::parse(attempt.options.target);
  attempt.front.remember({.user = cut_to(admission.user, proto::max_remembered_text),
                          .group = cut_to(admission.group, proto::max_remembered_text),
                          .certificate_hash = login.certificate_hash(),
                          .address = target ? target->authority() : ""});

  auto finished = Attempt::event(Phase::download, Step::finished);
  if (!name.empty()) finished.with(FieldName::profile, name);
  finished.with(FieldName::fetched, std::ssize(wanted));
  if (bytes > 0) finished.with(FieldName::bytes, static_cast<std::int64_t>(bytes));
  attempt.record(finished);
}

}  // namespace sallyport::client
