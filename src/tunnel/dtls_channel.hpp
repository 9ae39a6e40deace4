// A tunnel's DTLS (phase 6): the association that carries its data, if there is one, and the handshakes
// beside it. A new association takes over once it is finished at both ends; until then, and whenever there
// is none, data goes over TLS. At the client the channel also keeps the schedule of hellos.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/backoff.hpp"
#include "proto/client_hello.hpp"
#include "proto/cstp_frame.hpp"
#include "proto/mtu_search.hpp"
#include "tunnel/dtls_shared.hpp"
#include "tunnel/pacer.hpp"
#include "tunnel/rate_limit.hpp"

namespace sallyport::tunnel {

class DtlsChannel {
 public:
  DtlsChannel(Tunnel& tunnel, DtlsShared& shared, DtlsSettings settings, proto::Time now);
  DtlsChannel(const DtlsChannel&) = delete;
  DtlsChannel& operator=(const DtlsChannel&) = delete;
  ~DtlsChannel();

  const DtlsSettings& settings() const { return settings_; }
  // For handshakes that begin from now on.
  void use_keys(std::shared_ptr<const tls::DtlsKeys> keys) { settings_.keys = std::move(keys); }

  // --- data

  bool carries(std::size_t packet) const {
    return current_ && !current_->silent && packet <= largest_packet();
  }
  // While it carries data:
  const UdpRoute& route() const { return current_->route; }
  // How many bytes may go merged. A peer that takes datagrams one by one may have room for 90 of them only,
  // as ocserv 1.1.6 has with the system's receive buffer: it loses less of shorter bursts.
  std::size_t burst() const { return current_->merges ? Outbox::largest_burst : short_burst; }
  FlowQueue& waiting() { return shared_.sockets.waiting(route().socket); }
  // The socket is full, or has no room for so many bytes of records.
  bool has_to_wait(std::size_t records) const;
  // One frame as a record; its size, 0 if it can't be had. `into` has room for most_overhead more.
  std::size_t seal(ByteView frame, MutableByteView into) { return current_->dtls.seal(frame, into); }
  static constexpr std::size_t most_overhead = 80;
  // A record is on its way. True: the peer has not answered since, the next deadline may be nearer.
  bool note_sent(proto::Time now) {
    if (pacer_) pacer_->sent(now);
    return current_->liveness.sent_data(now);
  }
  // Null: the peer takes what comes.
  Pacer* pacer() { return pacer_ ? &*pacer_ : nullptr; }
  void path_has_narrowed(proto::Time now) { search_mtu(now); }  // a record was too long for it
  // Gateway: the peer's data comes over TLS, a packet of this size.
  void data_over_tls(std::size_t packet, proto::Time now);
  void answer(Association& association, ByteView frame, proto::Time now);
  void probe_answered(Association& association, std::size_t packet, proto::Time now);

  // --- what arrives; an association that fails is gone afterwards

  // Gateway: a hello with this channel's session id.
  void welcome(const proto::ClientHello& hello, MutableByteView datagram, const UdpRoute& route,
               proto::Time now);
  // A handshake's next message. True: its association is established, and data may have come with it.
  bool shake_hands(Association& association, MutableByteView datagram, proto::Time now);
  // The next authentic record's plaintext, if there is one. `datagram`: where it begins to be read.
  std::optional<MutableByteView> open(Association& association, MutableByteView datagram,
                                      MutableByteView buffer, proto::Time now);
  std::optional<MutableByteView> open_next(Association& association, MutableByteView buffer, proto::Time now);
  // A record of it was authentic.
  // `sequence`: the record's, where it is sure to be its own.
  void heard(Association& association, MutableByteView plaintext, const UdpRoute& route,
             std::optional<std::uint64_t> sequence, proto::Time now);
  void end(Association& association, std::string why, proto::Time now);

  // --- time

  void meet_deadlines(proto::Time now);
  proto::Time next() const;
  void close();  // says goodbye; nothing is told

 private:
  static constexpr std::size_t short_burst = 12'000;

  Association* begin(const UdpRoute& route, proto::Time now);
  void begin_as_client(proto::Time now);
  void confirm(Association& association, proto::Time now);
  void lose_current(std::string why, proto::Time now);
  void fall_silent(std::string why, proto::Time now);
  void meet_deadline(Association& handshake, proto::Time now);
  void ask(Association& association, proto::Time now);
  void keep_schedule(proto::Time now);
  void note_timer(Association& association, proto::Time now);
  UdpSockets::Outcome write(Association& association, ByteView frame);
  UdpSockets::Outcome flush(Association& association);
  std::uint16_t largest_packet() const;
  void search_mtu(proto::Time now);
  void continue_search(proto::Time now);
  bool is_current(const Association& association) const { return current_.get() == &association; }
  void remove_handshake(const Association& association);
  void report(DtlsReport::State state, std::string why = {});

  Tunnel& tunnel_;
  DtlsShared& shared_;
  DtlsSettings settings_;
  std::unique_ptr<Association> current_;
  std::optional<Pacer> pacer_;
  std::vector<std::unique_ptr<Association>> handshakes_;
  std::optional<proto::DtlsBackoff> schedule_;  // at the client, while there is no association
  std::optional<proto::MtuSearch> search_;      // at the client, of the association that carries data
  std::string refusal_;                         // at the client: why the latest handshake failed, if it did
  proto::Time new_keys_at_ =
      proto::Time::max();  // at the client: the association that carries data is too old
  RateLimit handshakes_begun_;
  RateLimit moves_;
};

}  // namespace sallyport::tunnel
