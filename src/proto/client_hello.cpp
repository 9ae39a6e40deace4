#include "proto/client_hello.hpp"

namespace sallyport::proto {

namespace {

constexpr std::uint8_t handshake_record = 22;  // RFC 5246 appendix A.1
constexpr std::uint8_t client_hello_type = 1;  // ... A.4
constexpr std::size_t random_size = 32;
constexpr std::size_t max_session_id = 32;

bool is_dtls_version(std::uint16_t version) {
  return version == 0x0100 || version == 0xfeff || version == 0xfefd;
}

// The ClientHello's body, when the record (RFC 6347 section 4.1) holds the whole of it (section 4.2.2).
Result<ByteView> whole_body(ByteView datagram, std::uint16_t& message_seq) {
  constexpr auto other = ErrorKind::malformed;
  Reader in(datagram);
  if (TRY(in.u8()) != handshake_record) return fail(other, "not a handshake record");
  if (!is_dtls_version(TRY(in.u16()))) return fail(other, "not DTLS");
  if (TRY(in.u16()) != 0) return fail(other, "not the first epoch");
  TRY(in.take(6));  // sequence number
  Reader record(TRY(in.take(TRY(in.u16()))));
  if (TRY(record.u8()) != client_hello_type) return fail(other, "not a ClientHello");
  const auto length = TRY(record.u24());
  message_seq = TRY(record.u16());
  const auto fragment_offset = TRY(record.u24());
  const auto fragment_length = TRY(record.u24());
  if (fragment_offset != 0 || fragment_length != length) return fail(other, "a fragment");
  return record.take(length);
}

Result<ClientHello> parse(ByteView datagram) {
  ClientHello hello;
  Reader body(TRY(whole_body(datagram, hello.message_seq)));
  hello.version = TRY(body.u16());
  if (!is_dtls_version(hello.version)) return fail(ErrorKind::malformed, "not DTLS");
  TRY(body.take(random_size));
  const auto id_size = TRY(body.u8());
  if (id_size > max_session_id) return fail(ErrorKind::malformed, "the session id is too long");
  hello.session_id = TRY(body.take(id_size));
  hello.offset = hello_session_id_offset;
  return hello;
}

}  // namespace

std::optional<ClientHello> peek_client_hello(ByteView datagram) {
  auto hello = parse(datagram);
  return hello ? std::optional(*hello) : std::nullopt;
}

}  // namespace sallyport::proto
