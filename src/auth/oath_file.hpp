// The file of one-time password tokens in the users.oath format of liboath, read by the authenticator
// (phase 3, second round). A line is  TYPE USER PIN SECRET [COUNTER [LAST-OTP [TIME]]]
//   TYPE     HOTP or HOTP/E (counter), HOTP/Tn (time, a step of n seconds), each with /6, /7 or /8 digits
//   PIN      '-' or '+': the password is another round's business. A PIN in the file is refused, since
//            ocserv skips it, and a check that silently isn't made is worse than none
//   SECRET   hexadecimal; the HMAC is SHA-1
//   COUNTER  HOTP: the first counter that may be used. liboath writes it and the two fields after it back;
//            here the file is only read, and OtpLedger keeps what is spent
// A user may have several lines: any of the tokens will do.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "auth/otp_state.hpp"
#include "auth/totp.hpp"

namespace sallyport::auth {

class OathFile {
 public:
  enum class Verdict { accepted, refused, replayed, no_token };

  // malformed, unsupported: "line N: sentence"; also for a second line of the same user and secret.
  static Result<OathFile> parse(std::string_view file);

  bool has(std::string_view user) const { return users_.find(user) != users_.end(); }

  struct Check {
    Verdict verdict = Verdict::refused;
    TokenId token{};             // of an accepted code: what it was a code of,
    std::uint64_t position = 0;  // and which
  };
  // An accepted code is spent in the state.
  Check verify(std::string_view user, const Secret& code, OtpState& state, WallTime now) const;

 private:
  struct Token {
    TokenId id;
    OtpToken token;
  };
  std::map<std::string, std::vector<Token>, std::less<>> users_;
};

}  // namespace sallyport::auth
