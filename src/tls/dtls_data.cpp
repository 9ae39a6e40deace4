// The records of an established association: ours, or OpenSSL's where the suite is not an AEAD one.
#include <algorithm>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/big_endian.hpp"
#include "base/log.hpp"
#include "tls/datagram_bio.hpp"
#include "tls/dtls.hpp"
#include "tls/dtls_takeover.hpp"

namespace sallyport::tls {

namespace {

using Type = DtlsRecords::Type;

// OpenSSL's with CBC and SHA-1: header, IV, tag, padding.
constexpr std::size_t most_overhead = dtls_record_header_size + 16 + 20 + 16;

enum class AlertLevel : std::uint8_t { warning = 1, fatal = 2 };
constexpr std::uint8_t close_notify = 0;
constexpr std::uint8_t no_renegotiation = 100;
constexpr std::uint8_t finished_message = 20;

std::array<std::uint8_t, 2> alert(AlertLevel level, std::uint8_t description) {
  return {static_cast<std::uint8_t>(level), description};
}

// Takes the next whole record off the datagram; empty: none is left.
MutableByteView take_record(MutableByteView& datagram) {
  if (datagram.size() < dtls_record_header_size) return {};
  const auto size = dtls_record_header_size + u16_at(datagram, 11);
  if (size > datagram.size()) return {};  // cut
  const auto record = datagram.first(size);
  datagram = datagram.subspan(size);
  return record;
}

Bytes seal_alert(DtlsRecords& records, std::uint8_t description) {
  const auto content = alert(AlertLevel::warning, description);
  Bytes record(content.size() + records.overhead());
  record.resize(records.seal(Type::alert, content, record.data()));
  return record;
}

}  // namespace

// What goes wrong here leaves the records with OpenSSL, which is slower and no less safe.
void Dtls::take_over_records() {
  const auto cipher = aead_cipher_of(ssl_.get());
  if (!cipher) return;
  const auto taken = try_to_take_over(*cipher);
  if (!taken) log::warning("DTLS stays with OpenSSL's record layer: " + taken.error().text);
}

Result<void> Dtls::try_to_take_over(AeadCipher cipher) {
  const auto beginning = TRY(take_over(ssl_.get(), library_, cipher, datagrams_->sent));
  auto records = std::make_unique<DtlsRecords>(TRY(DtlsRecords::begin(beginning)));
  if (!peer_has_finished_) {
    last_flight_ = std::make_unique<LastFlight>(TRY(LastFlight::of(datagrams_->sent, beginning)));
  }
  records_ = std::move(records);
  ssl_.reset();
  datagrams_->sent = {};
  datagrams_->incoming = {};
  // The Finished that has just ended the handshake must not look like a repetition.
  auto datagram = rest_;
  for (auto next = take_record(datagram); !next.empty(); next = take_record(datagram)) {
    if (next[0] == static_cast<std::uint8_t>(Type::handshake)) records_->open(next);
  }
  return {};
}

Step Dtls::read(MutableByteView buffer, MutableByteView& plaintext) {
  plaintext = {};
  if (over_) return Step::failed;
  if (records_) return read_own(plaintext);
  ERR_clear_error();
  std::size_t size = 0;
  const Step outcome = step(SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &size));
  plaintext = buffer.first(size);
  return outcome;
}

Step Dtls::read_own(MutableByteView& plaintext) {
  for (auto next = take_record(rest_); !next.empty(); next = take_record(rest_)) {
    const auto opened = records_->open(next);
    if (!opened) continue;
    if (opened->type == Type::application_data) {
      last_flight_.reset();
      plaintext = opened->plaintext;
      return Step::done;
    }
    if (const auto ended = take_note(opened->type, opened->plaintext)) return *ended;
  }
  rest_ = {};
  return Step::want_read;
}

// What is not data. A step: it ends the association.
std::optional<Step> Dtls::take_note(Type type, ByteView plaintext) {
  if (type == Type::handshake) {
    repeat_or_refuse(plaintext);
    return std::nullopt;
  }
  if (type != Type::alert || plaintext.size() != 2) return std::nullopt;
  if (plaintext[1] == close_notify) {
    error_ = {ErrorKind::closed, "the other end closed DTLS"};
    over_ = true;
    return Step::closed;
  }
  if (plaintext[0] != static_cast<std::uint8_t>(AlertLevel::fatal)) return std::nullopt;
  return fail_with(ErrorKind::denied, std::string("the other end ended DTLS with the alert '") +
                                          SSL_alert_desc_string_long(plaintext[1]) + "'");
}

// The other end's Finished again: ours has not arrived. Anything else is a renegotiation (RFC 5246 section
// 7.4.1.1 has an alert for an answer).
void Dtls::repeat_or_refuse(ByteView handshake) {
  if (!handshake.empty() && handshake[0] == finished_message) {
    const auto flight = last_flight_ ? last_flight_->again(*records_) : std::nullopt;
    if (flight) datagrams_->put(*flight);
  } else if (refusals_left_ > 0) {
    --refusals_left_;
    datagrams_->put(seal_alert(*records_, no_renegotiation));
  }
}

Step Dtls::write(ByteView plaintext) {
  if (over_) return Step::failed;
  if (records_) {
    Bytes record(plaintext.size() + records_->overhead());
    record.resize(seal(plaintext, record));
    if (record.empty()) return Step::failed;
    datagrams_->put(record);
    return Step::done;
  }
  ERR_clear_error();
  std::size_t written = 0;
  return step(SSL_write_ex(ssl_.get(), plaintext.data(), plaintext.size(), &written));
}

std::size_t Dtls::seal(ByteView plaintext, MutableByteView into) {
  if (over_ || into.size() < plaintext.size() + overhead()) return 0;
  if (records_) return records_->seal(Type::application_data, plaintext, into.data());
  const auto before = datagrams_->waiting;
  if (write(plaintext) != Step::done || datagrams_->waiting != before + 1) return 0;
  const auto& record = datagrams_->outgoing[--datagrams_->waiting];
  std::ranges::copy(record, into.begin());
  return record.size();
}

std::size_t Dtls::overhead() const {
  return records_ ? records_->overhead() : most_overhead;
}

void Dtls::shutdown() {
  if (over_ || !established_) return;
  over_ = true;
  if (records_) return datagrams_->put(seal_alert(*records_, close_notify));
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

}  // namespace sallyport::tls
