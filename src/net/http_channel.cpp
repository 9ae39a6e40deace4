#include "net/http_channel.hpp"

#include <algorithm>
#include <array>

#include "base/secret.hpp"

namespace sallyport::net {

namespace {

constexpr std::size_t read_size = 16U << 10;

// Some clients end a request with one line end too many (RFC 9112 section 2.2 lets a server look over it).
bool only_line_ends(ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == '\r' || byte == '\n'; });
}

}  // namespace

Task<std::optional<proto::HttpRequest>> RequestChannel::receive(std::chrono::milliseconds limit) {
  stream_.expires_after(limit);
  std::array<std::uint8_t, read_size> buffer{};
  while (!parser_.complete()) {
    const auto size = co_await read_some(buffer);
    if (size == 0 && !parser_.started()) co_return std::nullopt;
    if (size == 0) throw Failure({ErrorKind::closed, "the client closed in the middle of a request"});
    const auto got = ByteView(buffer).first(size);
    const auto taken = parser_.feed(got);
    if (taken) rest_.assign(got.begin() + static_cast<std::ptrdiff_t>(*taken), got.end());
    wipe(MutableByteView(buffer).first(size));  // bodies have passwords
    if (!taken) throw BadRequest(parser_.refusal_status(), taken.error());
  }
  auto request = parser_.take();
  if (!request.is_connect() && !only_line_ends(rest_)) {
    wipe(request.body);
    wipe(rest_);
    throw BadRequest(400, {ErrorKind::malformed, "a second request came before the answer to the first"});
  }
  co_return request;
}

// Says what it was that took too long.
Task<std::size_t> RequestChannel::read_some(MutableByteView into) {
  try {
    const auto size = co_await stream_.read_some(into);
    co_return size;
  } catch (const Failure& failure) {
    if (failure.error().kind != ErrorKind::timeout) throw;
    const bool is_slow = parser_.started();
    throw Failure({ErrorKind::timeout, is_slow ? "a request came too slowly" : "no request came in time"});
  }
}

Task<void> RequestChannel::send(const proto::HttpReply& reply, proto::ReplyTo request) {
  const auto text = or_throw(reply.serialize(request));
  co_await stream_.write(as_bytes(text));
}

Task<proto::HttpReply> ReplyChannel::exchange(const proto::HttpRequest& request,
                                              std::chrono::milliseconds limit) {
  stream_.expires_after(limit);
  const auto text = or_throw(request.serialize());
  co_await stream_.write(as_bytes(text));
  const auto kind = request.is_connect()       ? proto::ReplyTo::connect
                    : request.method == "HEAD" ? proto::ReplyTo::head
                                               : proto::ReplyTo::ordinary;
  proto::ReplyParser parser(kind);
  std::array<std::uint8_t, read_size> buffer{};
  while (!parser.complete()) {
    const auto size = co_await stream_.read_some(buffer);
    if (size == 0) {
      or_throw(parser.end_of_stream());
      break;
    }
    const auto got = ByteView(buffer).first(size);
    const auto taken = or_throw(parser.feed(got));
    rest_.assign(got.begin() + static_cast<std::ptrdiff_t>(taken), got.end());
  }
  co_return parser.take();
}

}  // namespace sallyport::net
