#include "client/connect.hpp"

#include <array>

#include <unistd.h>

#include "client/dtls.hpp"
#include "client/terminal_text.hpp"
#include "proto/lifetimes.hpp"
#include "proto/mtu.hpp"
#include "proto/reconnect_schedule.hpp"
#include "sys/path_mtu.hpp"
#include "tls/random.hpp"

namespace sallyport::client {

namespace {

using flow::Direction;
using flow::FieldName;
using flow::Phase;
using flow::Step;

std::string own_hostname(const ConnectOptions& options) {
  if (!options.local_hostname.empty()) return options.local_hostname;
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

void offer_dtls(proto::ConnectRequest& request, const ConnectOptions& options) {
  auto offer = dtls_offer(options);
  if (offer == proto::DtlsOffer()) return;
  request.dtls_suites = std::move(offer.dtls);
  request.dtls12_suites = std::move(offer.dtls12);
  request.master_secret = or_throw(tls::random_secret(proto::dtls_master_secret_size));
}

proto::ConnectRequest request_for(HttpSession& session, const Secret& token, const ConnectOptions& options) {
  const auto& connection = session.connection();
  proto::Link link;
  link.family = connection.gateway.address.family();
  link.path_mtu = options.base_mtu > 0 ? options.base_mtu : sys::path_mtu(connection.stream->number());
  proto::ConnectRequest request;
  request.host = session.url().authority();
  request.user_agent = session.user_agent();
  request.token = token;
  request.hostname = own_hostname(options);
  request.protocol = proto::cstp_protocol;
  request.base_mtu = static_cast<std::uint16_t>(proto::link_mtu(link));
  request.mtu = options.mtu > 0 ? options.mtu : proto::wished_mtu(link);
  request.families = {.ipv4 = true, .ipv6 = !options.disable_ipv6};
  request.full_ipv6 = !options.disable_ipv6;
  offer_dtls(request, options);
  if (options.platform == "apple-ios" || options.platform == "android") request.platform = options.platform;
  return request;
}

void check_first_answer(const proto::HttpReply& reply, const ConnectOptions& options) {
  if (!proto::may_reconnect_after(reply.status)) {
    if (options.cookie_on_stdin) {
      throw Ended(ExitCode::login_failed,
                  {ErrorKind::denied, "the gateway rejected the session cookie: " + describe(reply)});
    }
    // The login has just given it. ocserv says no more than "Cookie is not acceptable" in this case.
    throw Ended(ExitCode::login_failed,
                {ErrorKind::denied, "the gateway rejected the new session token: " + describe(reply) +
                                        "; perhaps the user has too many sessions"});
  }
  if (reply.status != 200) throw Failure(refused_tunnel(reply));
}

}  // namespace

Error refused_tunnel(const proto::HttpReply& reply) {
  return {ErrorKind::unavailable, "the gateway refused the tunnel: " + describe(reply)};
}

net::Task<Answered> ask_for_tunnel(HttpSession& session, const Secret& token, std::vector<Address> held,
                                   const Attempt& attempt) {
  co_await session.open();
  Answered answered;
  answered.request = request_for(session, token, attempt.options);
  answered.request.held_addresses = std::move(held);
  proto::HttpRequest request;
  request.method = "CONNECT";
  request.target = proto::connect_target;
  request.headers.add(answered.request.serialize());
  attempt.record(Attempt::event(Phase::connect, Step::sent, Direction::to_peer)
                     .with(FieldName::message, request.method));
  auto exchanged = co_await session.exchange(std::move(request));
  answered.reply = std::move(exchanged.reply);
  answered.rest = std::move(exchanged.rest);
  attempt.record(Attempt::event(Phase::connect, Step::received, Direction::from_peer)
                     .with(FieldName::status, answered.reply.status));
  answered.connected = session.take_connection();
  co_return answered;
}

net::Task<bool> end_session(HttpSession& session, const Secret& token, const Attempt& attempt) {
  try {
    auto answered = co_await ask_for_tunnel(session, token, {}, attempt);
    if (answered.reply.status != 200) co_return false;
    const proto::Disconnect word{proto::disconnect_reason::user, "ended by the user"};
    co_await decline(answered.connected, word);
  } catch (const Failure&) {
    co_return false;
  }
  co_return true;
}

net::Task<Opened> connect(HttpSession& session, const Admission& admission, const Attempt& attempt) {
  auto answered = co_await ask_for_tunnel(session, admission.token, {}, attempt);
  check_first_answer(answered.reply, attempt.options);
  attempt.front.listen([&tunnel = attempt.tunnel](proto::UserWish wish) { tunnel.put(wish); });
  auto banner = admission.complete.banner.filled();
  auto opened = co_await open_tunnel(std::move(answered), std::move(banner), attempt);
  co_return opened;
}

}  // namespace sallyport::client
