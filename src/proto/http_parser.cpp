#include "proto/http_parser.hpp"

#include <algorithm>
#include <optional>

#include <boost/beast/http/basic_parser.hpp>

#include "base/secret.hpp"
#include "base/text.hpp"

namespace sallyport::proto {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using beast::error_code;
using Text = beast::string_view;

struct HeaderLimit {
  std::uint32_t bytes;
  std::ptrdiff_t lines;
};
constexpr HeaderLimit request_header{16 * 1024, 100};
constexpr HeaderLimit reply_header{1024 * 1024, 8192};
constexpr std::size_t max_request_body = 64U << 10;
constexpr std::size_t max_reply_body = 1U << 20;
constexpr std::size_t max_chunk_line = 4096;
// Shorter than this, no chunked body ends ("0", two line ends); Beast wants that much at its last chunk.
constexpr std::size_t shortest_chunked_end = 5;
constexpr int max_interim_replies = 8;

struct Refusal {
  std::string text;
  int status = 400;
};

std::string own(Text text) {
  return {text.data(), text.size()};
}

// What Beast collects, common to both directions. A refusal is kept beside Beast's error code.
template <bool is_request>
class Collector : public http::basic_parser<is_request> {
 public:
  Collector() = default;
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  ~Collector() override { wipe(body); }  // what has come of one that is refused, too slow or cut short

  HttpHeaders headers;
  std::string body;
  std::optional<Refusal> refusal;

 protected:
  void refuse(error_code& code, std::string text, int status = 400) {
    refusal = Refusal{std::move(text), status};
    code = http::error::bad_value;
  }

  // Part of on_field_impl: what one direction refuses.
  virtual void check_field(std::string_view, std::string_view, error_code&) {}

 private:
  void on_field_impl(http::field, Text name, Text value, error_code& code) override {
    const auto key = own(name);
    const auto text = own(value);
    check_field(key, text, code);
    // Trailers come after the header is done; nobody needs them.
    if (!code && !this->is_header_done() && !is_framing_header(key)) headers.add(key, text);
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(Text piece, error_code&) override {
    append_to_body(piece);
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, error_code&) override {
    append_to_body(piece);
    return piece.size();
  }
  void on_finish_impl(error_code&) override {}

  void append_to_body(Text piece) {
    make_room_and_wipe(body, piece.size());
    body.append(piece.data(), piece.size());
  }
};

class RequestCollector final : public Collector<true> {
 public:
  explicit RequestCollector(ReplyTo) { body_limit(max_request_body); }
  HttpRequest request;

 private:
  void on_request_impl(http::verb, Text method, Text target, int version, error_code&) override {
    request.method = own(method);
    request.target = own(target);
    request.minor_version = version - 10;
  }
  void on_response_impl(int, Text, int, error_code&) override {}

  void check_field(std::string_view name, std::string_view value, error_code& code) override {
    if (equals_ignoring_case(name, "Transfer-Encoding"))
      return refuse(code, "the request has a Transfer-Encoding");
    if (equals_ignoring_case(name, "Host") && headers.has("Host"))
      return refuse(code, "the request has two Host headers");
    if (!equals_ignoring_case(name, "Content-Length")) return;
    if (has_length_) return refuse(code, "the request has two Content-Lengths");
    if (!parse_number(value, UINT64_MAX)) return refuse(code, "the request's Content-Length is not a number");
    if (request.is_connect()) return refuse(code, "a CONNECT request has a Content-Length");
    has_length_ = true;
  }

  void on_header_impl(error_code& code) override {
    if (request.is_connect() || request.target.starts_with('/')) return;
    const auto host = headers.find("Host");
    for (const std::string_view scheme : {"https://", "http://"}) {
      if (!starts_with_ignoring_case(request.target, scheme) || !host || host->empty()) continue;
      const auto rest = std::string_view(request.target).substr(scheme.size());
      if (!starts_with_ignoring_case(rest, *host)) continue;
      const auto path = rest.substr(host->size());
      if (!path.empty() && path.front() != '/') continue;
      request.target = path.empty() ? "/" : std::string(path);
      return;
    }
    refuse(code, "the request's target is neither a path nor a URL of this host");
  }

  bool has_length_ = false;
};

class ReplyCollector final : public Collector<false> {
 public:
  explicit ReplyCollector(ReplyTo request) {
    body_limit(max_reply_body);
    skip(request != ReplyTo::ordinary);
  }
  HttpReply reply;

 private:
  void on_request_impl(http::verb, Text, Text, int, error_code&) override {}
  void on_response_impl(int status, Text reason, int version, error_code& code) override {
    if (status < 100) return refuse(code, "the reply's status is below 100");
    reply.status = status;
    reply.reason = own(reason);
    reply.minor_version = version - 10;
  }
};

Refusal explain(const error_code& code, std::string_view what) {
  const std::string message(what);
  if (code == http::error::body_limit) return {"the body of the " + message + " is too large", 413};
  if (code == http::error::header_limit) return {"the header of the " + message + " is too large", 431};
  if (code == http::error::bad_transfer_encoding)
    return {"the " + message + " has a bad or conflicting Transfer-Encoding"};
  if (code == http::error::bad_content_length || code == http::error::multiple_content_length)
    return {"the " + message + " has a bad or conflicting Content-Length"};
  return {"the " + message + " is not HTTP/1: " + code.message()};
}

// The checks that need the header as it came.
std::optional<Refusal> check_request_header(std::string_view header) {
  if (header.find('\0') != std::string_view::npos) return Refusal{"the request's header has a NUL"};
  const auto first = header.substr(0, header.find("\r\n"));
  const auto version = first.substr(first.rfind(' ') + 1);
  if (version.starts_with("HTTP/") && version != "HTTP/1.1" && version != "HTTP/1.0")
    return Refusal{"the request is not HTTP/1.0 or 1.1", 505};
  for (std::size_t i = 0; i < header.size(); ++i) {
    const bool line_end = header[i] == '\r' && header.substr(i + 1).starts_with('\n');
    if ((header[i] == '\r' && !line_end) || (header[i] == '\n' && (i == 0 || header[i - 1] != '\r')))
      return Refusal{"a line of the request's header ends in a single CR or LF"};
    if (header[i] == '\n' && i + 1 < header.size() && (header[i + 1] == ' ' || header[i + 1] == '\t'))
      return Refusal{"a line of the request's header is folded"};
  }
  return std::nullopt;
}

// Feeds Beast: first the header as one piece, then the body as it comes.
template <class Message, bool is_request>
class Engine {
 public:
  explicit Engine(ReplyTo request) : message_(request) {
    message_.eager(true);
    message_.header_limit(limit.bytes);
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine() { wipe(pending_); }

  Result<std::size_t> feed(ByteView bytes) {
    if (refusal_) return fail(ErrorKind::malformed, refusal_->text);
    if (complete()) return 0;
    const auto searched = pending_.size() < 3 ? 0 : pending_.size() - 3;
    pending_.append(as_text(bytes));
    if (!header_seen_) {
      const auto end = pending_.find("\r\n\r\n", searched);
      if (std::min(end, pending_.size()) > limit.bytes) return refuse_long_header();
      if (end == std::string::npos) return bytes.size();
      header_seen_ = true;
      if (auto wrong = check_header(std::string_view(pending_).substr(0, end + 4))) return refuse(*wrong);
      // Alone, so that what follows it cannot change what Beast thinks of a broken header.
      if (auto wrong = parse(end + 4)) return refuse(*wrong);
      if (!message_.is_header_done())
        return refuse({"the header of the " + std::string(what) + " is not complete at its blank line"});
    }
    if (auto wrong = parse(pending_.size())) return refuse(*wrong);
    if (!complete()) return bytes.size();
    const auto left = pending_.size();
    wipe(pending_);
    return bytes.size() - left;
  }

  Result<void> end_of_stream() {
    if (complete()) return {};
    error_code code = http::error::partial_message;
    if (header_seen_ && !refusal_) message_.put_eof(code);
    if (code) return fail(ErrorKind::closed, "the connection was closed in the middle of a reply");
    return {};
  }

  bool complete() const { return !refusal_ && message_.is_done(); }
  bool started() const { return header_seen_ || !pending_.empty(); }
  int refusal_status() const { return refusal_ ? refusal_->status : 400; }
  Message& message() { return message_; }

 private:
  static constexpr HeaderLimit limit = is_request ? request_header : reply_header;
  static constexpr std::string_view what = is_request ? "request" : "reply";

  tl::unexpected<Error> refuse(Refusal refusal) {
    refusal_ = std::move(refusal);
    return fail(ErrorKind::malformed, refusal_->text);
  }

  tl::unexpected<Error> refuse_long_header() {
    const bool first_line_ends = pending_.find("\r\n") < limit.bytes;
    return refuse({"the header of the " + std::string(what) + " is too long", first_line_ends ? 431 : 414});
  }

  static std::optional<Refusal> check_header(std::string_view header) {
    const auto lines = std::ranges::count(header, '\n') - 2;  // without the first and the empty one
    if (lines > limit.lines) return Refusal{"the " + std::string(what) + " has too many headers", 431};
    return is_request ? check_request_header(header) : std::nullopt;
  }

  // Hands the first `size` bytes of what is pending to Beast.
  std::optional<Refusal> parse(std::size_t size) {
    if (size == 0 || complete()) return {};
    if (message_.is_header_done() && message_.chunked() && size < shortest_chunked_end) return {};
    error_code code;
    const auto used = message_.put(boost::asio::const_buffer(pending_.data(), size), code);
    if (used == pending_.size()) wipe(pending_);  // bodies have passwords
    pending_.erase(0, used);
    if (code && code != http::error::need_more) return message_.refusal.value_or(explain(code, what));
    if (!complete() && used < size && size - used > max_chunk_line)
      return Refusal{"a chunk of the " + std::string(what) + " has too long a header"};
    return std::nullopt;
  }

  Message message_;
  std::string pending_;
  bool header_seen_ = false;
  std::optional<Refusal> refusal_;
};

}  // namespace

class RequestParser::Impl {
 public:
  std::optional<Engine<RequestCollector, true>> engine{ReplyTo::ordinary};
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

Result<std::size_t> RequestParser::feed(ByteView bytes) {
  return impl_->engine->feed(bytes);
}

bool RequestParser::complete() const {
  return impl_->engine->complete();
}

bool RequestParser::started() const {
  return impl_->engine->started();
}

int RequestParser::refusal_status() const {
  return impl_->engine->refusal_status();
}

HttpRequest RequestParser::take() {
  auto& message = impl_->engine->message();
  HttpRequest request = std::move(message.request);
  request.headers = std::move(message.headers);
  request.body = std::move(message.body);
  impl_->engine.emplace(ReplyTo::ordinary);
  return request;
}

class ReplyParser::Impl {
 public:
  explicit Impl(ReplyTo request) : request_(request) { engine.emplace(request); }

  Result<std::size_t> feed(ByteView bytes) {
    std::size_t used = TRY(engine->feed(bytes));
    while (engine->complete() && engine->message().reply.status / 100 == 1) {
      if (++interim_replies_ > max_interim_replies)
        return fail(ErrorKind::malformed, "the gateway sends interim replies without end");
      engine.emplace(request_);
      used += TRY(engine->feed(bytes.subspan(used)));
    }
    return used;
  }

  std::optional<Engine<ReplyCollector, false>> engine;

 private:
  ReplyTo request_;
  int interim_replies_ = 0;
};

ReplyParser::ReplyParser(ReplyTo request) : impl_(std::make_unique<Impl>(request)) {}
ReplyParser::~ReplyParser() = default;
ReplyParser::ReplyParser(ReplyParser&&) noexcept = default;
ReplyParser& ReplyParser::operator=(ReplyParser&&) noexcept = default;

Result<std::size_t> ReplyParser::feed(ByteView bytes) {
  return impl_->feed(bytes);
}

Result<void> ReplyParser::end_of_stream() {
  return impl_->engine->end_of_stream();
}

bool ReplyParser::complete() const {
  return impl_->engine->complete();
}

HttpReply ReplyParser::take() {
  auto& message = impl_->engine->message();
  HttpReply reply = std::move(message.reply);
  reply.headers = std::move(message.headers);
  reply.body = std::move(message.body);
  return reply;
}

}  // namespace sallyport::proto
