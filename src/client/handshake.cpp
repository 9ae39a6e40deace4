#include "client/handshake.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "base/text.hpp"
#include "client/certificate_judge.hpp"
#include "net/tcp.hpp"
#include "sys/files.hpp"

namespace sallyport::client {

namespace {

using flow::FieldName;
using flow::Phase;
using flow::Step;
using std::chrono::seconds;

constexpr seconds connect_limit{10};
constexpr seconds handshake_limit{15};
constexpr std::size_t max_ca_file = 4U << 20;  // a system's whole bundle is a quarter of it

// --resolve HOST:ADDRESS, else DNS.
net::Task<std::vector<Endpoint>> find(const proto::Url& gateway, const ConnectOptions& options) {
  for (const auto& entry : options.resolve) {
    const auto colon = entry.find(':');
    if (colon == std::string::npos || !equals_ignoring_case(entry.substr(0, colon), gateway.host)) continue;
    co_return std::vector<Endpoint>{{or_throw(Address::parse(entry.substr(colon + 1))), gateway.port}};
  }
  auto endpoints = co_await net::resolve(gateway.host, gateway.port);
  co_return endpoints;
}

// The first address that answers.
net::Task<Descriptor> reach(const proto::Url& gateway, const ConnectOptions& options, flow::Recorder& flow) {
  Error last{ErrorKind::unavailable, gateway.host + " has no address"};
  try {
    for (const auto& endpoint : co_await find(gateway, options)) {
      flow.record(
          flow::Event(1, Phase::handshake, Step::connecting).with(FieldName::peer, endpoint.to_text()));
      try {
        auto connected = co_await net::connect_tcp(endpoint, connect_limit);
        flow.record(
            flow::Event(1, Phase::handshake, Step::connected).with(FieldName::peer, endpoint.to_text()));
        co_return connected;
      } catch (const Failure& failure) {
        last = failure.error();
        if (last.kind == ErrorKind::timeout) last.text = "cannot reach " + endpoint.to_text() + ": no answer";
      }
    }
  } catch (const Failure& failure) {
    last = failure.error();
  }
  throw Ended(ExitCode::unreachable, last);
}

void record_finished(const tls::Connection& tls, flow::Recorder& flow) {
  flow.record(flow::Event(1, Phase::handshake, Step::finished)
                  .with(FieldName::version, tls.version())
                  .with(FieldName::cipher, tls.cipher())
                  .with(FieldName::group, tls.key_exchange())
                  .with(FieldName::session_id_sent, std::ssize(tls.client_session_id()))
                  .with(FieldName::session_id_chosen, std::ssize(tls.server_session_id())));
}

}  // namespace

Result<tls::ClientContext> open_context(const ConnectOptions& options) {
  tls::ClientSettings settings;
  settings.system_trust = options.system_trust;
  settings.allow_insecure = options.allow_insecure_crypto;
  if (!options.ca_file.empty()) {
    settings.authorities = std::string(as_text(TRY(sys::read_existing(options.ca_file, max_ca_file))));
  }
  for (const auto& text : options.server_pins) settings.pins.push_back(TRY(tls::Pin::parse(text)));
  return tls::ClientContext::open(std::move(settings));
}

net::Task<std::unique_ptr<net::TlsStream>> handshake(const proto::Url& gateway, const ConnectOptions& options,
                                                     const tls::ClientContext& context,
                                                     flow::Recorder& flow) {
  auto descriptor = co_await reach(gateway, options, flow);
  auto store = or_throw(TrustStore::load());
  CertificateJudge judge(gateway.host + ":" + std::to_string(gateway.port), !options.server_pins.empty(),
                         options.allow_untrusted, store);
  const auto decide = [&](const tls::Certificate& certificate, const tls::CertificateFaults& faults) {
    const bool goes_on = judge.judge(certificate, faults);
    flow.record(flow::Event(1, Phase::handshake, Step::certificate_judged)
                    .with(FieldName::verdict, name_of(judge.verdict())));
    return goes_on;
  };
  const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
  auto connection = or_throw(context.connect(gateway.host, now, decide));
  net::Socket socket(co_await net::this_executor(), std::move(descriptor));
  auto stream = std::make_unique<net::TlsStream>(std::move(socket), std::move(connection));
  try {
    co_await stream->handshake(handshake_limit, nullptr);
  } catch (const Failure& failure) {
    flow.record(flow::Event(1, Phase::handshake, Step::failed));
    if (judge.verdict() == Verdict::blocked && !judge.sentence().empty()) {
      throw Ended(ExitCode::certificate_blocked, {ErrorKind::denied, judge.sentence()});
    }
    throw Ended(ExitCode::failed, {failure.error().kind, "TLS handshake: " + failure.error().text});
  }
  if (!judge.sentence().empty()) fmt::print(stderr, "sallyport: {}\n", judge.sentence());
  or_throw(judge.remember());
  record_finished(stream->connection(), flow);
  co_return stream;
}

}  // namespace sallyport::client
