// The one-time passwords that --token-mode makes (phase 3): one after the other, none twice, for a gateway
// refuses a code that it has seen.
#pragma once

#include <optional>

#include "auth/totp.hpp"

namespace sallyport::client {

class SoftwareToken {
 public:
  static constexpr int max_codes = 3;  // in one login; gateways end it after as many wrong ones

  // `mode` and `secret` as the user gave them. Fails with a sentence about the token, never quoting it.
  static Result<SoftwareToken> open(std::string_view mode, const Secret& secret);
  explicit SoftwareToken(auth::OtpToken token) : token_(std::move(token)) {}

  // Nothing: there is no code yet that was not given, or there were too many.
  std::optional<Secret> next_code(auth::WallTime now);
  // hotp: what goes into the token's file after a code was given.
  std::optional<std::uint64_t> next_counter() const;
  // The login is over: the secret goes, and there is no further code.
  void forget();

 private:
  auth::OtpToken token_;
  std::optional<std::uint64_t> last_;  // position of the last code
  int given_ = 0;
};

}  // namespace sallyport::client
