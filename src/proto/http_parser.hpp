// Reads HTTP/1.x messages from a byte stream that the caller owns: requests at the gateway, replies at the
// client (phases 2 to 5). Both stop exactly at the end of a message; what follows CONNECT's header is tunnel
// data and stays with the caller. Limits: a request's header 16 KB and 100 lines, its body 64 KB; a reply's
// header 1 MB and 8192 lines (a tunnel's may have hundreds of routes), its body 1 MB.
#pragma once

#include <memory>

#include "base/bytes.hpp"
#include "proto/http.hpp"

namespace sallyport::proto {

class RequestParser {
 public:
  RequestParser();
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  // Takes bytes up to the end of the request and says how many. When fewer than were given are taken, the
  // request is complete: the rest is tunnel data after CONNECT, and forbidden pipelining after anything else.
  // malformed: refused, with a sentence that names why; the connection cannot go on.
  Result<std::size_t> feed(ByteView bytes);
  bool complete() const;
  bool started() const;  // some bytes of a request have come
  // The HTTP status that tells the client why feed() failed: 400, 413, 414, 431 or 505.
  int refusal_status() const;
  // The complete request; the parser is then ready for the next one.
  HttpRequest take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

class ReplyParser {
 public:
  explicit ReplyParser(ReplyTo request);
  ~ReplyParser();
  ReplyParser(ReplyParser&&) noexcept;
  ReplyParser& operator=(ReplyParser&&) noexcept;

  // As above. Replies with status 1xx are skipped.
  Result<std::size_t> feed(ByteView bytes);
  // The peer closed: completes a reply that lasts until then; closed: the reply was cut short.
  Result<void> end_of_stream();
  bool complete() const;
  HttpReply take();  // once

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sallyport::proto
