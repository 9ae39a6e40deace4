#include "tunnel/dtls_port.hpp"

#include <algorithm>

namespace sallyport::tunnel {

namespace {

using namespace std::chrono_literals;
using proto::DtlsRecord;
using proto::Time;

constexpr std::size_t most_plaintext = 16384;  // RFC 6347 section 4.1
constexpr auto move_interval = 20ms;
constexpr int move_burst = 50;

std::string key_of(ByteView session_id) {
  return std::string(as_text(session_id));
}

bool is_hello(const DtlsRecord& record) {
  return record.type == DtlsRecord::handshake && record.epoch == 0;
}

}  // namespace

DtlsPort::DtlsPort(DtlsShared shared, Tunnels& tunnels)
    : shared_(std::move(shared)),
      tunnels_(tunnels),
      moves_(move_interval, move_burst),
      rounds_(move_interval, move_burst),
      plaintext_(most_plaintext) {}

// --- offers

void DtlsPort::offer(OfferDtls offer, Time now) {
  const auto id = offer.id;
  Tunnel* tunnel = tunnels_.find(id.session);
  if (tunnel != nullptr && tunnel->settings.id.generation > id.generation) return;
  const auto earlier = offers_.find(id.session);
  if (earlier != offers_.end() && earlier->second.terms.id.generation > id.generation) return;
  if (earlier != offers_.end()) withdraw(earlier->second.terms.id);
  const bool runs = tunnel != nullptr && tunnel->settings.id == id;
  if (runs) tunnel_ended(*tunnel);  // its earlier DTLS
  if (!offer.settings.gateway) {
    const auto key = key_of(offer.settings.keys->session_id);
    by_hello_id_[key] = id;
    shared_.index.place().claim(key);
  }
  offers_.emplace(id.session, Offer{std::move(offer), std::nullopt});
  if (runs) tunnel_begun(*tunnel, now);
}

void DtlsPort::tunnel_begun(Tunnel& tunnel, Time now) {
  const auto found = offers_.find(tunnel.settings.id.session);
  if (found == offers_.end() || found->second.terms.id != tunnel.settings.id) return;
  auto offer = std::move(found->second);
  offers_.erase(found);
  tunnel.dtls = std::make_unique<DtlsChannel>(tunnel, shared_, std::move(offer.terms.settings), now);
  if (offer.early) {
    const auto hello = proto::peek_client_hello(offer.early->datagram);
    if (hello) tunnel.dtls->welcome(*hello, offer.early->datagram, offer.early->route, now);
  }
  tunnels_.wake_by(tunnel, tunnel.dtls->next());
}

void DtlsPort::tunnel_ended(Tunnel& tunnel) {
  if (!tunnel.dtls) return;
  forget_hello_id(tunnel.dtls->settings(), tunnel.settings.id);
  tunnel.dtls.reset();
}

void DtlsPort::withdraw(TunnelId id) {
  const auto found = offers_.find(id.session);
  if (found == offers_.end() || found->second.terms.id != id) return;
  forget_hello_id(found->second.terms.settings, id);
  offers_.erase(found);
}

void DtlsPort::forget_hello_id(const DtlsSettings& settings, TunnelId id) {
  const auto found = by_hello_id_.find(key_of(settings.keys->session_id));
  if (found == by_hello_id_.end() || found->second != id) return;
  shared_.index.place().give_up(found->first);
  by_hello_id_.erase(found);
}

// --- datagrams

bool DtlsPort::hand_over(const sys::UdpReceiveBatch::Burst& burst, const UdpRoute& route, Time now) {
  const auto& place = shared_.index.place();
  if (!place) return false;
  const auto record =
      proto::peek_dtls_record(burst.bytes.first(std::min(burst.datagram, burst.bytes.size())));
  if (!record) return false;
  const auto copy = [&] {
    return HandedDatagrams{
        route.socket, route.path, {burst.bytes.begin(), burst.bytes.end()}, burst.datagram};
  };
  std::optional<std::size_t> owner;
  if (const auto hello = is_hello(*record) ? proto::peek_client_hello(burst.bytes) : std::nullopt) {
    const auto key = key_of(hello->session_id);
    if (!by_hello_id_.contains(key)) owner = place.other_owner(key);
  } else if (shared_.index.at(route.path.peer).empty()) {
    owner = place.other_owner(route.path.peer);
    const bool may_have_moved = record->type == DtlsRecord::application_data && record->epoch > 0;
    if (!owner && may_have_moved && rounds_.allow(now)) place.board->hand_round(place.worker, copy());
  }
  if (!owner) return false;
  if (!place.board->hand_over(*owner, copy())) nobody_.drop(Drop::queue_full);
  return true;
}

void DtlsPort::begin_burst(const UdpRoute& route, bool merged) {
  merged_ = merged;
  if (route.path.peer != route_.path.peer) sender_ = nullptr;
  route_ = route;
}

std::optional<DtlsPort::Opened> DtlsPort::open(MutableByteView datagram, Time now) {
  datagram_ = datagram;
  const auto record = proto::peek_dtls_record(datagram);
  if (!record) {
    nobody_.drop(Drop::stray);
    return std::nullopt;
  }
  if (record->type == DtlsRecord::application_data && sender_ != nullptr &&
      sender_changes_ == shared_.index.changes()) {
    auto opened = try_open(*sender_, *record, now);
    if (!opened && sender_changes_ == shared_.index.changes()) nobody_.drop(Drop::bad_record);
    return opened;
  }
  if (!by_hello_id_.empty() && is_hello(*record)) {
    if (const auto hello = proto::peek_client_hello(datagram)) {
      welcome(*hello, now);
      return std::nullopt;
    }
  }
  return open_known(*record, now);
}

void DtlsPort::welcome(const proto::ClientHello& hello, Time now) {
  const auto named = by_hello_id_.find(key_of(hello.session_id));
  if (named == by_hello_id_.end()) return nobody_.drop(Drop::stray);
  const auto id = named->second;
  const auto offer = offers_.find(id.session);
  if (offer != offers_.end() && offer->second.terms.id == id) {
    offer->second.early = Hello{{datagram_.begin(), datagram_.end()}, route_};
    return;
  }
  Tunnel* tunnel = tunnels_.find(id.session);
  if (tunnel == nullptr || !tunnel->dtls) return nobody_.drop(Drop::stray);
  tunnel->dtls->welcome(hello, datagram_, route_, now);
  tunnels_.wake_by(*tunnel, tunnel->dtls->next());
}

std::optional<DtlsPort::Opened> DtlsPort::open_known(const DtlsRecord& record, Time now) {
  candidates_ = shared_.index.at(route_.path.peer);
  if (candidates_.empty()) return open_moved(record, now);
  const bool only = candidates_.size() == 1;
  // Data is for the association that runs, a handshake's message for one that is beginning beside it.
  const bool for_running = record.type == DtlsRecord::application_data || record.type == DtlsRecord::alert;
  std::ranges::stable_partition(
      candidates_, [for_running](const Association* one) { return one->confirmed == for_running; });
  const auto before = shared_.index.changes();
  auto opened = open_one_of(candidates_, record, now);
  const bool mattered = opened || shared_.index.changes() != before;
  if (!mattered && record.type == DtlsRecord::application_data) nobody_.drop(Drop::bad_record);
  if (opened && only) {
    sender_ = &opened->association;
    sender_changes_ = shared_.index.changes();
  }
  return opened;
}

// A NAT has given the client another port, or the client another network the same address.
std::optional<DtlsPort::Opened> DtlsPort::open_moved(const DtlsRecord& record, Time now) {
  if (record.type == DtlsRecord::application_data && record.epoch > 0) {
    candidates_ = shared_.index.near(route_.path.peer.address);
    const bool may_be = !candidates_.empty() && moves_.allow(now);
    auto opened = may_be ? open_one_of(candidates_, record, now) : std::nullopt;
    if (opened) return opened;
  }
  nobody_.drop(Drop::stray);
  return std::nullopt;
}

// Until one takes it, or it changes anything: a handshake that it ends may end another association, too.
std::optional<DtlsPort::Opened> DtlsPort::open_one_of(const std::vector<Association*>& candidates,
                                                      const DtlsRecord& record, Time now) {
  const auto before = shared_.index.changes();
  // Whoever tries a record in vain leaves nothing of it.
  if (candidates.size() > 1) untried_.assign(datagram_.begin(), datagram_.end());
  for (Association* one : candidates) {
    if (one != candidates.front()) std::ranges::copy(untried_, datagram_.begin());
    if (auto opened = try_open(*one, record, now)) return opened;
    if (shared_.index.changes() != before) break;
  }
  return std::nullopt;
}

std::optional<DtlsPort::Opened> DtlsPort::try_open(Association& association, const DtlsRecord& record,
                                                   Time now) {
  Tunnel& tunnel = association.tunnel;
  auto& channel = *tunnel.dtls;
  // Only then is the header's sequence number the one of the record that proves to be authentic.
  const bool alone = datagram_.size() == proto::dtls_record_header_size + record.fragment.size();
  const bool was_established = association.dtls.is_established();
  if (!was_established) {
    const bool established = channel.shake_hands(association, datagram_, now);
    look_again(tunnel);
    if (!established) return std::nullopt;
  }
  const auto plaintext = was_established ? channel.open(association, datagram_, plaintext_, now)
                                         : channel.open_next(association, plaintext_, now);
  if (!plaintext) {
    look_again(tunnel);
    return std::nullopt;
  }
  const auto sequence = alone && record.epoch > 0 ? std::optional(record.sequence) : std::nullopt;
  association.merges |= merged_;
  channel.heard(association, *plaintext, route_, sequence, now);
  return Opened{association, *plaintext};
}

std::optional<MutableByteView> DtlsPort::open_next(Association& association, Time now) {
  return association.tunnel.dtls->open_next(association, plaintext_, now);
}

void DtlsPort::look_again(Tunnel& tunnel) {
  if (tunnel.dtls) tunnels_.wake_by(tunnel, tunnel.dtls->next());
}

}  // namespace sallyport::tunnel
