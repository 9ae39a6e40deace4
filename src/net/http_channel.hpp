// HTTP messages over a Stream: RequestChannel is the gateway's side, ReplyChannel the client's.
#pragma once

#include <optional>

#include "net/stream.hpp"
#include "proto/http_parser.hpp"

namespace sallyport::net {

// A request that is refused: what to answer (an HTTP status) and why.
class BadRequest : public Failure {
 public:
  BadRequest(int status, Error error) : Failure(std::move(error)), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

class RequestChannel {
 public:
  explicit RequestChannel(Stream& stream) : stream_(stream) {}

  // The next request, all of it within `limit`; nothing when the peer closed before sending a byte of one.
  // Throws BadRequest, or Failure when the stream fails.
  Task<std::optional<proto::HttpRequest>> receive(std::chrono::milliseconds limit);
  Task<void> send(const proto::HttpReply& reply, proto::ReplyTo request);
  // After CONNECT: the tunnel bytes that came in the same read as its header.
  Bytes take_rest() { return std::move(rest_); }

 private:
  Task<std::size_t> read_some(MutableByteView into);

  Stream& stream_;
  proto::RequestParser parser_;
  Bytes rest_;
};

class ReplyChannel {
 public:
  explicit ReplyChannel(Stream& stream) : stream_(stream) {}

  // Sends a request and waits for its reply, both within `limit`. Throws Failure.
  Task<proto::HttpReply> exchange(const proto::HttpRequest& request, std::chrono::milliseconds limit);
  Bytes take_rest() { return std::move(rest_); }

 private:
  Stream& stream_;
  Bytes rest_;
};

}  // namespace sallyport::net
