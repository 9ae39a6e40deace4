#include "tls/last_flight.hpp"

#include <algorithm>

namespace sallyport::tls {

namespace {

constexpr std::size_t sequence_at = 5;
constexpr std::uint8_t change_cipher_spec_type = 20;
constexpr std::uint8_t handshake_type = 22;

struct Header {
  std::uint8_t type = 0;
  std::uint16_t epoch = 0;
  std::uint64_t sequence = 0;
};

// The next record of our own; takes it off the datagram.
std::optional<std::pair<Header, ByteView>> next_record(ByteView& datagram) {
  Reader in(datagram);
  const auto type = in.u8();
  const auto version = in.u16();
  const auto epoch = in.u16();
  const auto high = in.u16();
  const auto low = in.u32();
  const auto size = in.u16();
  if (!type || !version || !epoch || !high || !low || !size || !in.take(*size)) return std::nullopt;
  const auto record = datagram.first(dtls_record_header_size + *size);
  datagram = datagram.subspan(record.size());
  return std::pair(Header{*type, *epoch, static_cast<std::uint64_t>(*high) << 32 | *low}, record);
}

}  // namespace

void SentRecords::note(ByteView datagram) {
  while (const auto next = next_record(datagram)) {
    const auto& [header, record] = *next;
    if (header.epoch == 0) {
      next_plain_sequence = header.sequence + 1;
      if (header.type == change_cipher_spec_type) change_cipher_spec.assign(record.begin(), record.end());
    } else {
      next_sequence = header.sequence + 1;
      if (header.type == handshake_type) finished.assign(record.begin(), record.end());
    }
  }
}

Result<LastFlight> LastFlight::of(const SentRecords& sent, const DtlsRecords::Beginning& beginning) {
  auto own = beginning;
  own.peers = beginning.ours;
  auto reader = TRY(DtlsRecords::begin(own));
  Bytes record = sent.finished;
  const auto opened = reader.open(record);
  if (!opened || sent.change_cipher_spec.empty()) {
    return fail(ErrorKind::internal, "our own Finished can't be read");
  }
  return LastFlight(sent.change_cipher_spec, Bytes(opened->plaintext.begin(), opened->plaintext.end()),
                    sent.next_plain_sequence);
}

std::optional<Bytes> LastFlight::again(DtlsRecords& records) {
  if (tries_left_ == 0) return std::nullopt;
  --tries_left_;
  Writer sequence;
  sequence.u16(0);
  sequence.u32(static_cast<std::uint32_t>(next_plain_sequence_++));
  std::ranges::copy(sequence.view(), change_cipher_spec_.begin() + sequence_at);
  Bytes datagram = change_cipher_spec_;
  datagram.resize(change_cipher_spec_.size() + finished_.size() + records.overhead());
  const auto size =
      records.seal(DtlsRecords::Type::handshake, finished_, datagram.data() + change_cipher_spec_.size());
  if (size == 0) return std::nullopt;
  return datagram;
}

}  // namespace sallyport::tls
