// What the gateway asks the authenticator process (phase 3) and what it hears: one request, one answer with
// the same id, in any order. Each message travels in a frame of its own. Sizes are checked on both sides of
// the channel: the gateway is the process a stranger may have taken over.
#pragma once

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "proto/codec.hpp"

namespace sallyport::proto {

struct AuthenticatorRequest {
  enum class Method : std::uint8_t { password, otp };
  static constexpr std::size_t max_aaa = 64;
  static constexpr std::size_t max_user = 256;
  static constexpr std::size_t max_answer = 1024;
  static constexpr std::size_t max_size = 2048;  // of the message

  std::uint64_t id = 0;
  std::string aaa;  // the name of the [aaa.NAME] section
  Method method = Method::password;
  std::string user;
  Secret answer;
  Address remote;  // the client's

  static Result<AuthenticatorRequest> parse(ByteView bytes);
  Result<Bytes> serialize() const;
  bool operator==(const AuthenticatorRequest&) const = default;

  static void each_field(auto&& field) {
    field("id", &AuthenticatorRequest::id);
    field("aaa", &AuthenticatorRequest::aaa);
    field("method", &AuthenticatorRequest::method);
    field("user", &AuthenticatorRequest::user);
    field("answer", &AuthenticatorRequest::answer);
    field("remote", &AuthenticatorRequest::remote);
  }
};

constexpr AuthenticatorRequest::Method last_of(AuthenticatorRequest::Method) {
  return AuthenticatorRequest::Method::otp;
}

struct AuthenticatorAnswer {
  // For the log and for counting attempts; what a client is told does not depend on it.
  enum class Reason : std::uint8_t {
    bad_credentials,
    no_such_user,
    locked,
    replayed,       // this one-time password was used before
    no_otp_secret,  // the user has no token
    too_many,       // wrong one-time passwords: nothing is checked for a while
  };

  static constexpr std::size_t max_text = 512;  // of a prompt or a group's name too
  static constexpr std::size_t max_size = 65536;

  struct Accepted {
    std::vector<std::string> groups;
    bool operator==(const Accepted&) const = default;
    static void each_field(auto&& field) { field("groups", &Accepted::groups); }
  };
  struct AskMore {
    std::string prompt;
    bool operator==(const AskMore&) const = default;
    static void each_field(auto&& field) { field("prompt", &AskMore::prompt); }
  };
  struct Refused {
    Reason reason = Reason::bad_credentials;
    bool operator==(const Refused&) const = default;
    static void each_field(auto&& field) { field("reason", &Refused::reason); }
  };
  struct Unavailable {
    std::string text;  // one sentence for the log
    bool operator==(const Unavailable&) const = default;
    static void each_field(auto&& field) { field("text", &Unavailable::text); }
  };
  using Outcome = std::variant<Accepted, AskMore, Refused, Unavailable>;

  std::uint64_t id = 0;
  Outcome outcome;

  static Result<AuthenticatorAnswer> parse(ByteView bytes);
  Result<Bytes> serialize() const;
  bool operator==(const AuthenticatorAnswer&) const = default;

  static void each_field(auto&& field) {
    field("id", &AuthenticatorAnswer::id);
    field("outcome", &AuthenticatorAnswer::outcome);
  }
};

constexpr AuthenticatorAnswer::Reason last_of(AuthenticatorAnswer::Reason) {
  return AuthenticatorAnswer::Reason::too_many;
}

namespace authenticator_detail {

inline Result<void> check_limits(const AuthenticatorRequest& request) {
  if (request.aaa.size() > AuthenticatorRequest::max_aaa)
    return fail(ErrorKind::malformed, "aaa: longer than 64 bytes");
  if (request.user.size() > AuthenticatorRequest::max_user)
    return fail(ErrorKind::malformed, "user: longer than 256 bytes");
  if (request.answer.size() > AuthenticatorRequest::max_answer)
    return fail(ErrorKind::malformed, "answer: longer than 1024 bytes");
  return {};
}

inline Result<void> check_limits(const AuthenticatorAnswer& answer) {
  const auto fits = [](const std::string& text) { return text.size() <= AuthenticatorAnswer::max_text; };
  struct Visitor {
    decltype(fits)& check;
    bool operator()(const AuthenticatorAnswer::Accepted& accepted) {
      return std::ranges::all_of(accepted.groups, check);
    }
    bool operator()(const AuthenticatorAnswer::AskMore& more) { return check(more.prompt); }
    bool operator()(const AuthenticatorAnswer::Refused&) { return true; }
    bool operator()(const AuthenticatorAnswer::Unavailable& unavailable) { return check(unavailable.text); }
  };
  if (!std::visit(Visitor{fits}, answer.outcome))
    return fail(ErrorKind::malformed, "outcome: a text longer than 512 bytes");
  return {};
}

template <class M>
Result<M> parse_limited(ByteView bytes) {
  if (bytes.size() > M::max_size) return fail(ErrorKind::malformed, "the message is too long");
  auto message = TRY(decode<M>(bytes));
  TRY(check_limits(message));
  return message;
}

template <class M>
Result<Bytes> serialize_limited(const M& message) {
  TRY(check_limits(message));
  auto bytes = encode(message);
  if (bytes.size() > M::max_size) return fail(ErrorKind::malformed, "the message is too long");
  return bytes;
}

}  // namespace authenticator_detail

inline Result<AuthenticatorRequest> AuthenticatorRequest::parse(ByteView bytes) {
  return authenticator_detail::parse_limited<AuthenticatorRequest>(bytes);
}
inline Result<Bytes> AuthenticatorRequest::serialize() const {
  return authenticator_detail::serialize_limited(*this);
}
inline Result<AuthenticatorAnswer> AuthenticatorAnswer::parse(ByteView bytes) {
  return authenticator_detail::parse_limited<AuthenticatorAnswer>(bytes);
}
inline Result<Bytes> AuthenticatorAnswer::serialize() const {
  return authenticator_detail::serialize_limited(*this);
}

}  // namespace sallyport::proto
