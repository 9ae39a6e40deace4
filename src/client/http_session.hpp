// The HTTPS conversation of phases 2 to 5 with one gateway: keeps its connection open from request to request
// and makes a new one (judging the certificate again) when the gateway closed it; keeps the cookies and adds
// the headers that every request has.
#pragma once

#include <optional>
#include <string>

#include "client/handshake.hpp"
#include "proto/cookies.hpp"
#include "proto/http.hpp"

namespace sallyport::client {

class HttpSession {
 public:
  HttpSession(const Attempt& attempt, proto::Url url);

  // A conversation of its own with the same host, which has answered already: with no cookie, on a connection
  // still to be made.
  HttpSession beside() const {
    HttpSession other(attempt_, url_);
    other.answered_ = answered_;
    return other;
  }

  // From now on: at these addresses, without looking the name up, and with answers within this time.
  void limit(std::vector<Endpoint> addresses, std::chrono::seconds for_replies);

  // Phase 1, unless the connection is there. Throws Ended.
  net::Task<void> open();
  // The next request comes on a new connection.
  net::Task<void> close();

  // What requests go to, and what form actions and redirects are joined onto.
  const proto::Url& url() const { return url_; }
  // Later requests go to this URL. Another host gets a conversation of its own: no cookie goes there.
  net::Task<void> go_to(proto::Url url);

  const proto::CookieJar& cookies() const { return cookies_; }
  // A credential of another conversation with this host.
  void give_cookie(std::string name, Secret value) { cookies_.store({std::move(name), std::move(value)}); }
  // SHA-1 of the gateway's certificate in the last TLS session, 40 upper-case hex digits.
  const std::string& certificate_hash() const { return certificate_hash_; }
  // "pin-sha256:…" of its key, and where the gateway was.
  const std::string& certificate_pin() const { return certificate_pin_; }
  const Endpoint& gateway() const { return gateway_; }
  // The user agent that all requests of a run name.
  std::string user_agent() const;

  // Of the login's language: 2 until this gateway turns out not to know it, and again at another host.
  bool speaks_version_1() const { return version_1_; }
  void speak_version_1() { version_1_ = true; }

  // POSTs a message of phases 2 and 3, XML or in version 1 url-encoded. Throws Failure; Ended where the
  // gateway refuses the client's certificate. On a connection that turns out to be closed it goes out again,
  // unless it may not: the gateway may have read it.
  enum class Again { may, may_not };
  net::Task<proto::HttpReply> post(std::string body, Again again = Again::may);
  net::Task<proto::HttpReply> get();

  // Sends a request as it is. What follows the reply to a CONNECT stays in `rest`.
  struct Exchanged {
    proto::HttpReply reply;
    Bytes rest;
  };
  net::Task<Exchanged> exchange(proto::HttpRequest request, Again again = Again::may);

  // The open connection; the phases after CONNECT take it away.
  Connected& connection() { return *connection_; }
  Connected take_connection();

 private:
  proto::HttpRequest request(std::string_view method) const;
  net::Task<proto::HttpReply> finish(proto::HttpRequest request, Again again);
  net::Task<Exchanged> try_exchange(const proto::HttpRequest& request);

  const Attempt& attempt_;
  proto::Url url_;
  proto::CookieJar cookies_;
  std::vector<Endpoint> addresses_;  // none: where the name is found
  std::chrono::seconds reply_limit_;
  std::optional<Connected> connection_;
  std::string certificate_hash_;
  std::string certificate_pin_;
  Endpoint gateway_;
  bool used_ = false;      // a reply came on this connection
  bool answered_ = false;  // once, so that it takes our certificate or does without
  bool version_1_ = false;
};

// X-Pad: brings a body up to a multiple of 64 bytes, so that its size does not tell a password's length.
std::string padding_for(std::size_t body_size);

// Where a reply sends the client; nothing if it does not.
std::optional<std::string> redirect_of(const proto::HttpReply& reply);
// The same as a URL, seen from the one that was asked for. Fails with a sentence that has the target.
Result<proto::Url> redirect_target(const proto::Url& from, const std::string& location);

}  // namespace sallyport::client
