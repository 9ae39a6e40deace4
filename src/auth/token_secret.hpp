// What a person gives the client as --token-mode and --token-secret, as openconnect reads it:
//   text, 0xHEX or base32:TEXT, with sha1:, sha256: or sha512: before it to choose the HMAC,
//   and for hotp ",COUNTER" after it; or an otpauth:// URL, which names digits, period and algorithm itself.
// Files ("@file" or a path) are the caller's business; counter_advanced makes the text to write back.
#pragma once

#include <string_view>

#include "auth/totp.hpp"

namespace sallyport::auth {

Result<OtpMode> parse_token_mode(std::string_view text);  // "totp", "hotp"

// malformed: the secret is not what its form says, or its otpauth URL is of the other mode. No error text
// quotes the secret.
Result<OtpToken> parse_token_secret(OtpMode mode, const Secret& text);

// The same text with another counter, for a hotp token that parse_token_secret has read.
Secret counter_advanced(const Secret& text, std::uint64_t counter);

}  // namespace sallyport::auth
