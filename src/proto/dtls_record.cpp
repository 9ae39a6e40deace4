#include "proto/dtls_record.hpp"

namespace sallyport::proto {

namespace {

Result<DtlsRecord> parse(ByteView datagram) {
  Reader in(datagram);
  DtlsRecord record;
  record.type = TRY(in.u8());
  const auto version = TRY(in.u16());
  if (record.type < DtlsRecord::change_cipher_spec || record.type > DtlsRecord::application_data ||
      !is_dtls_version(version)) {
    return fail(ErrorKind::malformed, "not DTLS");
  }
  record.epoch = TRY(in.u16());
  const std::uint64_t high = TRY(in.u16());
  record.sequence = high << 32 | TRY(in.u32());
  record.fragment = TRY(in.take(TRY(in.u16())));
  return record;
}

}  // namespace

bool is_dtls_version(std::uint16_t version) {
  return version == 0x0100 || version == 0xfeff || version == 0xfefd;
}

std::optional<DtlsRecord> peek_dtls_record(ByteView datagram) {
  auto record = parse(datagram);
  return record ? std::optional(*record) : std::nullopt;
}

}  // namespace sallyport::proto
