#include "client/handshake.hpp"

#include "base/text.hpp"
#include "client/certificate_judge.hpp"
#include "client/client_certificate.hpp"
#include "net/resolve.hpp"
#include "net/tcp.hpp"

namespace sallyport::client {

namespace {

using flow::FieldName;
using flow::Phase;
using flow::Step;
using std::chrono::seconds;

constexpr seconds name_limit{60};  // the system gives up before
constexpr seconds connect_limit{10};
constexpr seconds handshake_limit{15};

struct Reached {
  Descriptor socket;
  Endpoint gateway;
  std::vector<Endpoint> others;
};

// The first address that answers.
net::Task<Reached> reach(const proto::Url& gateway, std::vector<Endpoint> known, const Attempt& attempt) {
  Error last{ErrorKind::unavailable, gateway.host + " has no address"};
  try {
    if (known.empty()) known = co_await find_gateway(gateway, attempt.options, name_limit);
    for (const auto& endpoint : known) {
      const auto peer = endpoint.to_text();
      attempt.record(Attempt::event(Phase::handshake, Step::connecting).with(FieldName::peer, peer));
      try {
        auto socket = co_await net::connect_tcp(endpoint, connect_limit);
        attempt.record(Attempt::event(Phase::handshake, Step::connected).with(FieldName::peer, peer));
        Reached reached{std::move(socket), endpoint, known};
        std::erase(reached.others, endpoint);
        co_return reached;
      } catch (const Failure& failure) {
        last = failure.error();
        if (last.kind == ErrorKind::timeout) last.text = "cannot reach " + peer + ": no answer";
      }
    }
  } catch (const Failure& failure) {
    last = failure.error();
  }
  throw Ended(ExitCode::unreachable, last);
}

void record_finished(const tls::Connection& tls, const Attempt& attempt) {
  attempt.record(Attempt::event(Phase::handshake, Step::finished)
                     .with(FieldName::version, tls.version())
                     .with(FieldName::cipher, tls.cipher())
                     .with(FieldName::group, tls.key_exchange())
                     .with(FieldName::session_id_sent, std::ssize(tls.client_session_id()))
                     .with(FieldName::session_id_chosen, std::ssize(tls.server_session_id())));
}

// The gateway may know old cryptography only; ocserv then closes without an alert.
std::string_view advice(const Error& error, const ConnectOptions& options) {
  const bool nothing_in_common = error.kind == ErrorKind::unsupported || error.kind == ErrorKind::closed;
  if (!nothing_in_common || options.allow_insecure_crypto) return "";
  return " (if it knows old cryptography only, --allow-insecure-crypto permits that)";
}

}  // namespace

Result<tls::ClientContext> open_context(const ConnectOptions& options, std::string authorities,
                                        std::vector<tls::KeyPair> identities) {
  tls::ClientSettings settings;
  settings.system_trust = options.system_trust;
  settings.allow_insecure = options.allow_insecure_crypto;
  settings.authorities = std::move(authorities);
  settings.identities = std::move(identities);
  for (const auto& text : options.server_pins) settings.pins.push_back(TRY(tls::Pin::parse(text)));
  return tls::ClientContext::open(std::move(settings));
}

net::Task<std::vector<Endpoint>> find_gateway(proto::Url gateway, const ConnectOptions& options,
                                              seconds limit) {
  std::vector<Endpoint> endpoints;
  for (const auto& entry : options.resolve) {
    const auto colon = entry.find(':');
    if (colon == std::string::npos || !equals_ignoring_case(entry.substr(0, colon), gateway.host)) continue;
    endpoints.push_back({or_throw(Address::parse(entry.substr(colon + 1))), gateway.port});
  }
  if (endpoints.empty()) endpoints = co_await net::resolve(gateway.host, gateway.port, limit);
  co_return endpoints;
}

net::Task<Connected> handshake(proto::Url gateway, std::vector<Endpoint> known, const Attempt& attempt) {
  const bool first_time = known.empty();
  auto reached = co_await reach(gateway, std::move(known), attempt);
  // A tunnel that is built again is for the certificate that the user let pass, not for any other: nobody is
  // there to read a warning, and the session's token follows.
  CertificateJudge judge(gateway.host + ":" + std::to_string(gateway.port),
                         !attempt.options.server_pins.empty(), attempt.options.allow_untrusted && first_time,
                         attempt.trust);
  const auto decide = [&](const tls::Certificate& certificate, const tls::CertificateFaults& faults) {
    const bool goes_on = judge.judge(certificate, faults);
    attempt.record(Attempt::event(Phase::handshake, Step::certificate_judged)
                       .with(FieldName::verdict, name_of(judge.verdict())));
    return goes_on;
  };
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  auto connection = or_throw(attempt.tls.connect(gateway.host, now, decide));
  net::Socket socket(co_await net::this_executor(), std::move(reached.socket));
  auto stream = std::make_unique<net::TlsStream>(std::move(socket), std::move(connection));
  try {
    co_await stream->handshake(handshake_limit, nullptr);
  } catch (const Failure& failure) {
    attempt.record(Attempt::event(Phase::handshake, Step::failed));
    if (judge.verdict() == Verdict::blocked && !judge.sentence().empty()) {
      throw Ended(ExitCode::certificate_blocked, {ErrorKind::denied, judge.sentence()});
    }
    const auto error = in_words(failure.error());
    if (first_time) check_own_certificate(stream->connection(), error, attempt.options);
    auto text = "TLS handshake: " + error.text;
    if (first_time) text += advice(error, attempt.options);
    throw Ended(ExitCode::failed, {error.kind, std::move(text)});
  }
  if (!judge.sentence().empty()) attempt.console.complain(judge.sentence());
  if (judge.remember()) attempt.front.store_trust(attempt.trust.serialize());
  record_finished(stream->connection(), attempt);
  Connected connected{std::move(stream), reached.gateway, std::move(reached.others)};
  co_return connected;
}

}  // namespace sallyport::client
