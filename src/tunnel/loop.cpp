#include "tunnel/loop.hpp"

#include <algorithm>
#include <thread>

#include "base/log.hpp"
#include "tunnel/dtls_keys.hpp"

namespace sallyport::tunnel {

namespace {

using namespace std::chrono_literals;
using proto::FrameType;
using proto::Keepalive;
using proto::Time;

constexpr auto tun_retry_after = 1s;
constexpr auto goodbye_limit = 1s;  // for the peer to take our DISCONNECT and close

}  // namespace

Loop::Loop(Poller poller, TunQueue tun, Offloads offloads, std::optional<DtlsShared> dtls,
           std::function<void(Event)> tell, CommandQueue& commands, Place place)
    : poller_(std::move(poller)),
      tell_(std::move(tell)),
      commands_(commands),
      place_(std::move(place)),
      tun_(std::move(tun)),
      dtls_(dtls ? std::make_unique<DtlsPort>(std::move(*dtls), tunnels_) : nullptr),
      tunnels_(place_),
      to_peers_(tun_, tunnels_, dtls_ ? &dtls_->sockets() : nullptr, place_),
      from_peers_(tun_, tunnels_, offloads.coalesce_udp && offloads.tun == TunOffload::tcp_and_udp),
      tun_offload_(offloads.tun),
      udp_(dtls_ ? dtls_->sockets().size() : 0),
      now_(Time::clock::now()),
      complaints_(1s, 1) {}

Result<void> Loop::watch_sources() {
  TRY(poller_.add(commands_.number(), &commands_));
  if (dtls_) {
    const auto& sockets = dtls_->sockets();
    for (std::size_t i = 0; i < sockets.size(); ++i) TRY(poller_.add(sockets.number(i), &udp_[i]));
  }
  return poller_.add(tun_.number(), &tun_);
}

void Loop::run() {
  while (!closed_) {
    try {
      turn();
    } catch (const std::exception& error) {  // out of memory; the other tunnels go on
      if (complaints_.allow(now_)) log::error("a tunnel worker stumbled", {{"why", error.what()}});
    }
  }
  leave();
}

// What OpenSSL keeps for this thread goes with it, so its last words are said here.
void Loop::leave() {
  keeper_.reset();
  if (!dtls_) return;
  for (Tunnel* tunnel : tunnels_.all()) dtls_->tunnel_ended(*tunnel);
  dtls_->leave_thread();
}

void Loop::turn() {
  const auto events = wait();
  const auto agenda = tunnels_.agenda.take();  // what comes onto it from here on is for the next turn
  bool tun_readable = false;
  bool udp_writable = false;
  for (const auto& event : events) {
    if (event.data.ptr == &commands_) {
      take_commands();
    } else if (event.data.ptr == &tun_) {
      tun_readable = true;
    } else if (auto* udp = udp_socket(event.data.ptr)) {
      udp->readable = (event.events & ~EPOLLOUT) != 0;
      udp_writable |= (event.events & EPOLLOUT) != 0;
    } else {
      serve(*static_cast<Tunnel*>(event.data.ptr), (event.events & EPOLLOUT) != 0);
    }
  }
  for (Tunnel* tunnel : agenda) serve(*tunnel, false);
  for (std::size_t i = 0; i < udp_.size(); ++i) {
    if (std::exchange(udp_[i].readable, false)) from_peers_.carry_datagrams(*dtls_, i, now_);
  }
  if (udp_writable) to_peers_.carry_waiting(now_);
  if (tun_readable) read_tun();
  watch_full_sockets();
  meet_deadlines();
  tunnels_.bury();
}

std::span<const epoll_event> Loop::wait() {
  const auto since = Time::clock::now();
  const bool pauses = moderation_.pauses(from_peers_.packets() + to_peers_.packets(), since);
  if (pauses && tunnels_.agenda.empty()) std::this_thread::sleep_for(Moderation::pause);
  const auto events = poller_.wait(next_deadline(), since);
  now_ = Time::clock::now();
  moderation_.has_waited(now_ - since);
  return events;
}

Loop::UdpSocket* Loop::udp_socket(void* name) {
  const auto named = std::ranges::find(
      udp_, name, [](const UdpSocket& socket) { return static_cast<const void*>(&socket); });
  return named != udp_.end() ? &*named : nullptr;
}

void Loop::take_commands() {
  auto commands = commands_.take();
  if (!commands) {
    closed_ = true;
    return;
  }
  for (auto& command : *commands) {
    std::visit([this](auto& each) { obey(std::move(each)); }, command);
  }
}

void Loop::obey(Attach&& attach) {
  const TunnelId id = attach.settings.id;
  if (Tunnel* running = tunnels_.find(id.session)) {
    if (running->settings.id.generation > id.generation) {
      if (dtls_) dtls_->withdraw(id);
      attach.socket.close();
      tell_(Ended{{id, {}, {}}, EndCause::replaced, {}, "a later tunnel of the session runs already"});
      return;
    }
    end(*running, {EndCause::replaced, {}, "a later tunnel of the session took over"});
  }
  Bytes unread = std::move(attach.unread);
  Tunnel& tunnel = tunnels_.add(std::move(attach), now_);
  const auto added = poller_.add_edge_triggered(tunnel.channel.socket(), &tunnel);
  if (!added) {
    if (dtls_) dtls_->withdraw(id);
    return end(tunnel, {EndCause::lost, {}, added.error().text});
  }
  if (dtls_) dtls_->tunnel_begun(tunnel, now_);
  if (auto ending = from_peers_.carry_unread(tunnel, unread, now_)) return end(tunnel, std::move(*ending));
  serve(tunnel, false);  // OpenSSL may hold decrypted bytes that no event will tell of
}

void Loop::obey(OfferDtls&& offer) {
  if (dtls_) dtls_->offer(std::move(offer), now_);
}

void Loop::obey(const SetMtu& command) {
  Tunnel* tunnel = tunnels_.find(command.id.session);
  if (tunnel != nullptr && tunnel->settings.id == command.id) tunnel->limit_packets(command.mtu);
}

void Loop::obey(const End& command) {
  if (dtls_) dtls_->withdraw(command.id);
  Tunnel* tunnel = tunnels_.find(command.id.session);
  if (tunnel == nullptr || tunnel->settings.id != command.id || tunnel->hanging_up) return;
  if (!command.say) return end(*tunnel, {EndCause::asked, {}, "told to end"});
  tunnel->hanging_up = true;
  if (dtls_) dtls_->tunnel_ended(*tunnel);
  tunnels_.stop_routing(*tunnel);
  tunnels_.deadlines.move(tunnel->deadline, now_ + goodbye_limit);
  tunnel->channel.hang_up(*command.say);
}

void Loop::obey(UseKeeper&& command) {
  keeper_.reset();
  keeper_ = std::make_unique<Keeper>(std::move(command.way));
}

void Loop::obey(const AskTotals&) {
  auto nobody = to_peers_.nobody();
  if (dtls_) nobody.add(dtls_->nobody());
  tell_(Totals{tunnels_.totals(), nobody, features()});
}

Features Loop::features() const {
  const auto& to_kernel = from_peers_.to_kernel();
  return {.tun_offload = tun_offload_,
          .coalesce_tcp = to_kernel.merges_tcp(),
          .coalesce_udp = to_kernel.merges_udp(),
          .udp_gso = dtls_ && dtls_->sockets().merges_leaving(),
          .udp_gro = dtls_ && dtls_->sockets().merges_arriving()};
}

void Loop::obey(HandedPacket&& packet) {
  place_.board->taken(place_.worker, packet.memory.size());
  to_peers_.carry_handed({MutableByteView(packet.memory).subspan(packet.room), packet.header}, now_);
}

void Loop::obey(HandedDatagrams&& datagrams) {
  place_.board->taken(place_.worker, datagrams.bytes.size());
  if (dtls_) from_peers_.carry_handed(*dtls_, std::move(datagrams), now_);
}

void Loop::serve(Tunnel& tunnel, bool writable) {
  if (tunnel.over) return;
  if (auto ending = from_peers_.carry(tunnel, now_)) return end(tunnel, std::move(*ending));
  if (writable || tunnel.channel.output_wants_read()) tunnel.channel.flush();
  to_peers_.carry_waiting(tunnel, now_);
  if (renew_keys(tunnel)) return;
  tunnels_.wake_by(tunnel, tunnel.renewal.next());
  if (tunnel.channel.is_broken()) tunnels_.agenda.add(tunnel);
}

void Loop::renew_dtls_keys(Tunnel& tunnel) {
  auto keys = renegotiated_keys(*tunnel.dtls->settings().keys, tunnel.channel.connection());
  if (!keys) return log::warning("DTLS keeps its old key: " + keys.error().text);
  tunnel.dtls->use_keys(std::move(*keys));
}

// True: it has ended.
bool Loop::renew_keys(Tunnel& tunnel) {
  using News = TlsRenewal::News;
  if (tunnel.hanging_up) return false;
  auto& renewal = tunnel.renewal;
  const auto action = renewal.action();
  switch (renewal.look(now_)) {
    case News::none:
      break;
    case News::begun:
      tunnels_.agenda.add(tunnel);
      break;
    case News::renewed:
      if (action == proto::RekeyAction::renegotiate && tunnel.dtls) renew_dtls_keys(tunnel);
      tell_(RekeyReport{tunnel.settings.id, action, {}});
      break;
    case News::new_tunnel:
      tell_(RekeyReport{tunnel.settings.id, proto::RekeyAction::new_tunnel, renewal.why()});
      break;
    case News::overdue:
      end(tunnel, {EndCause::lost, {}, renewal.why()});
      return true;
  }
  return false;
}

void Loop::read_tun() {
  if (to_peers_.carry(now_)) return;
  // Its event would come again at once, and for ever.
  poller_.remove(tun_.number());
  tun_retry_ = now_ + tun_retry_after;
}

// What waits for a full socket goes on when that has room.
void Loop::watch_full_sockets() {
  for (std::size_t i = 0; i < udp_.size(); ++i) {
    const bool full = dtls_->sockets().outbox(i).is_blocked();
    if (full != udp_[i].awaited) poller_.want_to_write(dtls_->sockets().number(i), &udp_[i], full);
    udp_[i].awaited = full;
  }
}

Time Loop::next_deadline() const {
  return tunnels_.agenda.empty() ? std::min(tunnels_.deadlines.next(), tun_retry_) : Time();
}

void Loop::meet_deadlines() {
  if (now_ >= tun_retry_) {
    tun_retry_ = poller_.add(tun_.number(), &tun_) ? Time::max() : now_ + tun_retry_after;
  }
  while (Tunnel* tunnel = tunnels_.deadlines.due(now_)) meet_deadline(*tunnel);
}

void Loop::meet_deadline(Tunnel& tunnel) {
  if (tunnel.hanging_up) return end(tunnel, {});
  if (tunnel.dtls) tunnel.dtls->meet_deadlines(now_);
  switch (tunnel.liveness.due(now_)) {
    case Keepalive::Action::give_up:
      return end(tunnel, {EndCause::silent, {}, "the peer has not been heard for too long"});
    case Keepalive::Action::probe:
      tunnel.channel.send_control(proto::cstp_frame(FrameType::dpd_request));
      break;
    case Keepalive::Action::keepalive:
      // What waits will keep the connection alive just as well.
      if (!tunnel.channel.has_output()) tunnel.channel.send_control(proto::cstp_frame(FrameType::keepalive));
      break;
    case Keepalive::Action::unanswered:  // a rule of DTLS
    case Keepalive::Action::none:
      break;
  }
  if (renew_keys(tunnel)) return;
  if (tunnel.channel.is_broken()) tunnels_.agenda.add(tunnel);
  // Not now: a rule with times of zero must not keep us here.
  auto next = std::min(tunnel.liveness.next(), tunnel.renewal.next());
  if (tunnel.dtls) next = std::min(next, tunnel.dtls->next());
  tunnels_.deadlines.move(tunnel.deadline, std::max(next, now_ + 1ms));
  to_peers_.carry_paced(tunnel, now_);
}

void Loop::end(Tunnel& tunnel, Ending ending) {
  // However a goodbye goes, it is what was asked for.
  if (tunnel.hanging_up) ending = {EndCause::asked, {}, "told to end"};
  if (dtls_) dtls_->tunnel_ended(tunnel);
  tunnels_.remove(tunnel);
  tunnel.channel.close();
  tell_(Ended{tunnel.totals(), ending.cause, std::move(ending.said), std::move(ending.why)});
}

}  // namespace sallyport::tunnel
