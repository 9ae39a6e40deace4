#include "gateway/connect_terms.hpp"

#include <algorithm>

#include "gateway/download.hpp"
#include "proto/user_agent.hpp"

namespace sallyport::gateway {

namespace {

proto::Link whole_link(const proto::ConnectRequest& request, const ConnectFacts& facts) {
  auto link = facts.link;
  link.base_mtu = request.base_mtu;
  return link;
}

void give_addresses(proto::ConnectReply& reply, const proto::ConnectRequest& request,
                    const store::Session& session, const ConnectFacts& facts) {
  for (const auto& [address, pool] :
       {std::pair(session.ipv4, facts.pool.ipv4), std::pair(session.ipv6, facts.pool.ipv6)}) {
    if (!address) continue;
    const int length = pool ? pool->length() : address->bits();
    if (const auto inner = Prefix::make(*address, length)) reply.assign(*inner, request.full_ipv6);
  }
}

void give_routes(proto::ConnectReply& reply, const proto::GroupPolicy& policy, bool ipv6) {
  for (const auto& prefix : policy.split_include) {
    if (prefix.address().is_v4()) reply.split_include.push_back(prefix);
    if (prefix.address().is_v6() && ipv6) reply.split_include6.push_back(prefix);
  }
  for (const auto& prefix : policy.split_exclude) {
    if (prefix.address().is_v4()) reply.split_exclude.push_back(prefix);
    if (prefix.address().is_v6() && ipv6) reply.split_exclude6.push_back(prefix);
  }
}

// AnyConnect takes IPv6 resolvers from a header of their own, openconnect takes all from one.
void give_dns(proto::ConnectReply& reply, const proto::GroupPolicy& policy, proto::UserAgent agent) {
  for (const auto& address : policy.dns) {
    const bool apart = address.is_v6() && proto::is_anyconnect(agent);
    (apart ? reply.dns6 : reply.dns).push_back(address);
  }
  reply.default_domain = policy.default_domain;
  reply.split_dns = policy.split_dns;
  reply.tunnel_all_dns = policy.split_include.empty() && policy.split_dns.empty();
}

// "ssl" where it can't be would cost a try that fails, and the time until the client has noticed.
proto::RekeyMethod rekey_method(const proto::GroupPolicy& policy, proto::TlsFacts tls) {
  using proto::RekeyMethod;
  if (policy.rekey.count() == 0) return RekeyMethod::none;
  const bool only_new_tunnel = proto::tls_rekey(policy.rekey_method, tls) == proto::RekeyAction::new_tunnel;
  return only_new_tunnel ? RekeyMethod::new_tunnel : policy.rekey_method;
}

void give_timers(proto::ConnectReply& reply, const store::Session& session, const ConnectFacts& facts) {
  const auto& policy = store::policy_of(session);
  reply.dpd = policy.dpd;
  reply.keepalive = policy.keepalive;
  reply.idle_timeout = policy.idle_timeout;
  reply.disconnected_timeout = policy.idle_timeout;
  reply.session_timeout = policy.session_timeout;
  if (session.expires_at) {
    reply.session_remaining = std::max(*session.expires_at - facts.now, std::chrono::seconds(1));
  }
  reply.rekey_time = policy.rekey;
  reply.rekey_method = rekey_method(policy, facts.tls);
}

void give_dtls(proto::ConnectReply& reply, const proto::GroupPolicy& policy, const proto::DtlsTerms& dtls) {
  reply.dtls_dpd = policy.dpd;
  reply.dtls_keepalive = policy.keepalive;
  reply.dtls_port = dtls.port;
  // New keys come with a new tunnel or not at all: a resumed session can't be renegotiated, and for the
  // method "ssl" a new tunnel would be what it is to avoid.
  if (reply.rekey_method == proto::RekeyMethod::new_tunnel) {
    reply.dtls_rekey_time = reply.rekey_time;
    reply.dtls_rekey_method = reply.rekey_method;
  }
  const bool psk = dtls.suite->mode == proto::DtlsMode::psk;
  (psk ? reply.dtls_app_id : reply.dtls_session_id) = dtls.session_id;
  const bool dtls12 = dtls.suite->header == proto::SuiteHeader::dtls12;
  (dtls12 ? reply.dtls12_suite : reply.dtls_suite) = dtls.suite->name;
}

}  // namespace

proto::AuthComplete complete_document(const store::Session& session, const std::string& certificate_hash) {
  proto::AuthComplete complete;
  complete.session_id = std::to_string(session.id);
  complete.banner.text = store::policy_of(session).banner;
  complete.crypto_supported = {"ssl-dhe"};
  complete.server_cert_hash = certificate_hash;
  announce_downloads(store::policy_of(session), complete);
  return complete;
}

proto::TunnelMtu inner_mtu(const proto::ConnectRequest& request, const ConnectFacts& facts) {
  // Without X-CSTP-Base-MTU the client's wish for the inner MTU is all there is to go by.
  int limit = facts.mtu_limit;
  if (request.base_mtu == 0 && request.mtu != 0 && (limit == 0 || request.mtu < limit)) limit = request.mtu;
  const auto record = facts.dtls ? facts.dtls->suite->record : proto::dtls_aes_gcm;
  auto mtu = proto::tunnel_mtu(whole_link(request, facts), record, facts.tls_record, limit);
  if (!facts.dtls) mtu.dtls = 0;
  return mtu;
}

bool wants_ipv6(const proto::ConnectRequest& request, const ConnectFacts& facts) {
  const auto mtu = inner_mtu(request, facts);
  return request.families.ipv6 && proto::carries_ipv6(mtu.cstp) &&
         (!facts.dtls || proto::carries_ipv6(mtu.dtls));
}

proto::ConnectReply connect_reply(const proto::ConnectRequest& request, const store::Session& session,
                                  const ConnectFacts& facts) {
  const auto& policy = store::policy_of(session);
  proto::ConnectReply reply;
  reply.server_name = proto::own_server_name;
  reply.protocol = proto::cstp_protocol;
  reply.hostname = request.hostname;
  give_addresses(reply, request, session, facts);
  give_routes(reply, policy, session.ipv6 && request.full_ipv6);
  give_dns(reply, policy, proto::classify_user_agent(request.user_agent));
  give_timers(reply, session, facts);
  reply.smartcard_removal_disconnect = true;
  reply.keep = true;
  reply.tcp_keepalive = true;
  reply.license = "accept";
  reply.quarantine = false;
  reply.routing_filtering_ignore = false;
  reply.disable_always_on = false;
  reply.base_mtu = static_cast<std::uint16_t>(proto::link_mtu(whole_link(request, facts)));
  const auto mtu = inner_mtu(request, facts);
  reply.mtu = mtu.cstp;
  reply.dtls_mtu = mtu.dtls;
  if (facts.dtls) give_dtls(reply, policy, *facts.dtls);
  if (!policy.banner.empty()) reply.banner.push_back(policy.banner);
  // AnyConnect reads its settings from here or from the login's answer.
  reply.post_auth_xml = complete_document(session, facts.certificate_hash).serialize();
  return reply;
}

}  // namespace sallyport::gateway
