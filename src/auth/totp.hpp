// One-time passwords: HOTP (RFC 4226) and TOTP (RFC 6238), made by the client and checked by the
// authenticator (phase 3, second round). No clock is read here.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/secret.hpp"

namespace sallyport::auth {

enum class OtpMode { hotp, totp };
enum class OtpAlgorithm { sha1, sha256, sha512 };

struct OtpToken {
  OtpMode mode = OtpMode::totp;
  Secret key;
  OtpAlgorithm algorithm = OtpAlgorithm::sha1;
  int digits = 6;                   // 6 to 8
  std::chrono::seconds period{30};  // totp
  std::uint64_t counter = 0;        // hotp: the next one, as far as the source of the token knows

  bool operator==(const OtpToken&) const = default;
};

using WallTime = std::chrono::sys_seconds;

// The position of a time in a TOTP token's sequence: RFC 6238's T, with T0 = 0.
std::uint64_t step_at(const OtpToken& token, WallTime now);

// The code at a position (counter or step), in decimal digits.
Secret code_at(const OtpToken& token, std::uint64_t position);

// What the checker looks at: TOTP, one step to each side of now (RFC 6238 section 5.2); HOTP, the expected
// counter and ten ahead (RFC 4226 section 7.4), and the last used one to tell a replay from a wrong code.
inline constexpr std::uint64_t totp_window = 1;
inline constexpr std::uint64_t hotp_window = 10;

struct OtpMatch {
  enum class Kind { none, replayed, fresh };
  Kind kind = Kind::none;
  std::uint64_t position = 0;  // of a match
  bool operator==(const OtpMatch&) const = default;
};

// `next` is the lowest position that is not spent. The time taken does not tell which code matched.
OtpMatch check_code(const OtpToken& token, std::uint64_t next, WallTime now, const Secret& code);

}  // namespace sallyport::auth
