#include "proto/client_hello.hpp"

#include "proto/dtls_record.hpp"

namespace sallyport::proto {

namespace {

constexpr std::uint8_t client_hello_type = 1;  // RFC 5246 appendix A.4
constexpr std::size_t random_size = 32;
constexpr std::size_t max_session_id = 32;

// The ClientHello's body, when the record holds the whole of it (RFC 6347 section 4.2.2).
Result<ByteView> whole_body(ByteView datagram) {
  constexpr auto other = ErrorKind::malformed;
  const auto header = peek_dtls_record(datagram);
  if (!header || header->type != DtlsRecord::handshake || header->epoch != 0) {
    return fail(other, "not a plain handshake record");
  }
  Reader record(header->fragment);
  if (TRY(record.u8()) != client_hello_type) return fail(other, "not a ClientHello");
  const auto length = TRY(record.u24());
  TRY(record.u16());  // its number
  const auto fragment_offset = TRY(record.u24());
  const auto fragment_length = TRY(record.u24());
  if (fragment_offset != 0 || fragment_length != length) return fail(other, "a fragment");
  return record.take(length);
}

Result<ClientHello> parse(ByteView datagram) {
  ClientHello hello;
  Reader body(TRY(whole_body(datagram)));
  if (!is_dtls_version(TRY(body.u16()))) return fail(ErrorKind::malformed, "not DTLS");
  hello.random = TRY(body.take(random_size));
  const auto id_size = TRY(body.u8());
  if (id_size > max_session_id) return fail(ErrorKind::malformed, "the session id is too long");
  hello.session_id = TRY(body.take(id_size));
  return hello;
}

}  // namespace

std::optional<ClientHello> peek_client_hello(ByteView datagram) {
  auto hello = parse(datagram);
  return hello ? std::optional(*hello) : std::nullopt;
}

}  // namespace sallyport::proto
