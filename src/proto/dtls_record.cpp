#include "proto/dtls_record.hpp"

#include "base/big_endian.hpp"

namespace sallyport::proto {

bool is_dtls_version(std::uint16_t version) {
  return version == 0x0100 || version == 0xfeff || version == 0xfefd;
}

std::optional<DtlsRecord> peek_dtls_record(ByteView datagram) {
  if (datagram.size() < dtls_record_header_size) return std::nullopt;
  DtlsRecord record;
  record.type = datagram[0];
  if (record.type < DtlsRecord::change_cipher_spec || record.type > DtlsRecord::application_data ||
      !is_dtls_version(u16_at(datagram, 1))) {
    return std::nullopt;
  }
  record.epoch = u16_at(datagram, 3);
  record.sequence = std::uint64_t{u16_at(datagram, 5)} << 32 | u32_at(datagram, 7);
  const auto rest = datagram.subspan(dtls_record_header_size);
  const std::size_t size = u16_at(datagram, 11);
  if (size > rest.size()) return std::nullopt;
  record.fragment = rest.first(size);
  return record;
}

}  // namespace sallyport::proto
