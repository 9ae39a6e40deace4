#include "tls/dtls_records.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/big_endian.hpp"

namespace sallyport::tls {

namespace {

constexpr std::size_t explicit_nonce_size = 8;
constexpr std::uint64_t epoch = 1;  // of all records behind a handshake: renegotiation is refused
constexpr std::uint64_t last_sequence = (std::uint64_t{1} << 48) - 1;
constexpr std::uint8_t version_major = 254;  // DTLS 1.2
constexpr std::uint8_t version_minor = 253;

void put_u64(std::uint8_t* into, std::uint64_t value) {
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
  std::memcpy(into, &value, sizeof value);
}

std::uint64_t get_u64(const std::uint8_t* from) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, sizeof value);
  return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}

void put_u16(std::uint8_t* into, std::size_t value) {
  into[0] = static_cast<std::uint8_t>(value >> 8);
  into[1] = static_cast<std::uint8_t>(value);
}

// RFC 5246 section 6.2.3.3: epoch and sequence number, type, version, length of the plaintext.
using Additional = std::array<std::uint8_t, dtls_record_header_size>;
Additional additional_data(std::uint64_t epoch_and_sequence, std::uint8_t type, std::size_t size) {
  Additional data;
  put_u64(data.data(), epoch_and_sequence);
  data[8] = type;
  data[9] = version_major;
  data[10] = version_minor;
  put_u16(data.data() + 11, size);
  return data;
}

// GCM: salt and explicit part (RFC 5288 section 3).
AeadNonce nonce_behind(const AeadNonce& salt, const std::uint8_t* explicit_part) {
  AeadNonce nonce = salt;
  std::memcpy(nonce.data() + nonce.size() - explicit_nonce_size, explicit_part, explicit_nonce_size);
  return nonce;
}

// ChaCha20: IV xor epoch and sequence number (RFC 7905 section 2).
AeadNonce nonce_of(AeadNonce iv, std::uint64_t epoch_and_sequence) {
  auto* last = iv.data() + iv.size() - sizeof epoch_and_sequence;
  put_u64(last, get_u64(last) ^ epoch_and_sequence);
  return iv;
}

AeadNonce whole_iv(const Secret& iv) {
  AeadNonce whole{};
  std::ranges::copy(iv.reveal(), whole.begin());
  return whole;
}

}  // namespace

Result<DtlsRecords> DtlsRecords::begin(const Beginning& beginning) {
  const bool gcm = beginning.cipher != AeadCipher::chacha20_poly1305;
  const std::size_t iv_size = gcm ? AeadNonce().size() - explicit_nonce_size : AeadNonce().size();
  if (beginning.ours.iv.size() != iv_size || beginning.peers.iv.size() != iv_size) {
    return fail(ErrorKind::internal, "a record's IV has another length");
  }
  auto seal = TRY(Aead::with(beginning.cipher, Aead::Use::seal, beginning.ours.key.reveal()));
  auto open = TRY(Aead::with(beginning.cipher, Aead::Use::open, beginning.peers.key.reveal()));
  return DtlsRecords(std::move(seal), std::move(open), beginning);
}

DtlsRecords::DtlsRecords(Aead seal, Aead open, const Beginning& beginning)
    : seal_(std::move(seal)),
      open_(std::move(open)),
      prefix_(dtls_record_header_size),
      explicit_nonce_(beginning.cipher != AeadCipher::chacha20_poly1305),
      our_iv_(whole_iv(beginning.ours.iv)),
      peers_iv_(whole_iv(beginning.peers.iv)),
      next_sequence_(beginning.next_sequence),
      next_nonce_(beginning.next_nonce) {
  if (explicit_nonce_) prefix_ += explicit_nonce_size;
}

std::size_t DtlsRecords::seal(Type type, ByteView plaintext, std::uint8_t* into) {
  if (next_sequence_ > last_sequence) return 0;
  const auto epoch_and_sequence = epoch << 48 | next_sequence_;
  const auto additional =
      additional_data(epoch_and_sequence, static_cast<std::uint8_t>(type), plaintext.size());
  into[0] = static_cast<std::uint8_t>(type);
  into[1] = version_major;
  into[2] = version_minor;
  put_u64(into + 3, epoch_and_sequence);
  put_u16(into + 11, prefix_ - dtls_record_header_size + plaintext.size() + aead_tag_size);
  AeadNonce nonce;
  if (explicit_nonce_) {
    put_u64(into + dtls_record_header_size, next_nonce_++);
    nonce = nonce_behind(our_iv_, into + dtls_record_header_size);
  } else {
    nonce = nonce_of(our_iv_, epoch_and_sequence);
  }
  ++next_sequence_;  // even if sealing fails: a nonce is never used twice
  if (!seal_.seal(nonce, additional, plaintext, into + prefix_)) return 0;
  return overhead() + plaintext.size();
}

std::optional<DtlsRecords::Opened> DtlsRecords::open(MutableByteView record) {
  if (record.size() < overhead()) return std::nullopt;
  const auto epoch_and_sequence = get_u64(record.data() + 3);
  const auto sequence = epoch_and_sequence & last_sequence;
  const bool is_ours = record[1] == version_major && record[2] == version_minor &&
                       epoch_and_sequence >> 48 == epoch &&
                       u16_at(record, 11) == record.size() - dtls_record_header_size;
  if (!is_ours || !window_.may_be_new(sequence)) return std::nullopt;
  const auto size = record.size() - overhead();
  const auto additional = additional_data(epoch_and_sequence, record[0], size);
  const auto nonce = explicit_nonce_ ? nonce_behind(peers_iv_, record.data() + dtls_record_header_size)
                                     : nonce_of(peers_iv_, epoch_and_sequence);
  if (!open_.open(nonce, additional, record.subspan(prefix_))) return std::nullopt;
  window_.take(sequence);
  return Opened{static_cast<Type>(record[0]), sequence, record.subspan(prefix_, size)};
}

}  // namespace sallyport::tls
