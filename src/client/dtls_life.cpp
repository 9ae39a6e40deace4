#include "client/dtls_life.hpp"

#include <algorithm>
#include <utility>

#include "client/terminal_text.hpp"
#include "client/tunnel_lines.hpp"
#include "proto/mtu.hpp"

namespace sallyport::client {

namespace {

// A gateway that ends a tunnel ends its DTLS a moment before.
constexpr std::chrono::milliseconds end_of_tunnel{500};

}  // namespace

DtlsLife::DtlsLife(Opened& opened, const Attempt& attempt, const net::Executor& executor)
    : opened_(opened), attempt_(attempt), executor_(executor) {}

net::Task<void> DtlsLife::on(const tunnel::DtlsReport& report) {
  using enum tunnel::DtlsReport::State;
  switch (report.state) {
    case negotiating:
      break;
    case up:
      tell_end();
      if (!std::exchange(up_, true)) come_up(report);
      co_await fit(report.mtu);
      break;
    case none:
      end(report);
      break;
    case given_up:
      tell_end();
      co_await give_up(report);
      break;
  }
}

void DtlsLife::come_up(const tunnel::DtlsReport& report) {
  attempt_.record(Attempt::event(flow::Phase::dtls, flow::Step::finished)
                      .with(flow::FieldName::version, report.version)
                      .with(flow::FieldName::cipher, report.cipher)
                      .with(flow::FieldName::mtu, opened_.settings.mtu));
  attempt_.console.announce(dtls_line(report));
}

void DtlsLife::end(const tunnel::DtlsReport& report) {
  if (std::exchange(up_, false)) {
    attempt_.record(
        Attempt::event(flow::Phase::dtls, flow::Step::lost).with(flow::FieldName::reason, report.why));
  }
  why_ = report.why;
  end_is_told_.emplace(executor_, end_of_tunnel,
                       [&tunnel = attempt_.tunnel] { tunnel.put(TimeUp{TimeUp::For::end_of_dtls}); });
}

void DtlsLife::tell_end() {
  end_is_told_.reset();
  if (why_.empty()) return;
  attempt_.console.complain("DTLS has ended, data goes over TLS: " + terminal_line(std::exchange(why_, {})));
}

// A narrow path, or an X-CSTP-MTU above X-DTLS-MTU: larger packets would go over TLS for ever.
net::Task<void> DtlsLife::fit(std::uint16_t passes) {
  const auto mtu = with_room_for_ipv6(passes);
  if (opened_.settings.mtu > mtu) co_await use(mtu, true);
}

// IPv6 must not fall out of a running tunnel, and go around it. Packets that are too large for DTLS go over
// TLS.
std::uint16_t DtlsLife::with_room_for_ipv6(std::uint16_t mtu) const {
  constexpr auto least = static_cast<std::uint16_t>(proto::min_ipv6_mtu);
  return opened_.facts.ipv6 ? std::max(mtu, least) : mtu;
}

net::Task<void> DtlsLife::give_up(const tunnel::DtlsReport& report) {
  attempt_.record(Attempt::event(flow::Phase::dtls, flow::Step::gave_up));
  attempt_.console.complain("DTLS is blocked, data stays on TLS: " + terminal_line(report.why) +
                            "; it is tried once a minute");
  const auto mtu = mtu_without_dtls(opened_.agreement.reply, attempt_.options);
  if (mtu) co_await use(with_room_for_ipv6(*mtu), false);
}

// To a user it looks as if the tunnel were built again.
net::Task<void> DtlsLife::use(std::uint16_t mtu, bool dtls) {
  auto settings = or_throw(network_settings(opened_.agreement, mtu, attempt_.options));
  std::optional<Failure> failed;
  try {
    co_await attempt_.front.configure(settings);
  } catch (const Failure& failure) {
    failed = failure;
  }
  if (failed) {
    co_await attempt_.tunnel.say_goodbye(machine_not_set_up());
    throw *failed;
  }
  opened_.settings = std::move(settings);
  attempt_.tunnel.post(tunnel::SetMtu{attempt_.tunnel.id(), mtu});
  attempt_.console.announce(mtu_line(mtu, dtls));
}

}  // namespace sallyport::client
