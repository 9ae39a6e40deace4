#include "auth/totp.hpp"

#include <array>
#include <limits>
#include <string>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace sallyport::auth {

namespace {

const EVP_MD* digest_of(OtpAlgorithm algorithm) {
  switch (algorithm) {
    case OtpAlgorithm::sha256:
      return EVP_sha256();
    case OtpAlgorithm::sha512:
      return EVP_sha512();
    case OtpAlgorithm::sha1:
      break;
  }
  return EVP_sha1();
}

struct Window {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

Window window_around(std::uint64_t position, std::uint64_t behind, std::uint64_t ahead) {
  constexpr auto highest = std::numeric_limits<std::uint64_t>::max() - 1;
  return {position - std::min(position, behind), position + std::min(ahead, highest - position)};
}

}  // namespace

std::uint64_t step_at(const OtpToken& token, WallTime now) {
  const auto seconds = now.time_since_epoch();
  return seconds.count() < 0 ? 0 : static_cast<std::uint64_t>(seconds / token.period);
}

Secret code_at(const OtpToken& token, std::uint64_t position) {
  Writer message;
  message.u64(position);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  const auto key = token.key.reveal();
  HMAC(digest_of(token.algorithm), key.data(), static_cast<int>(key.size()), message.view().data(),
       message.size(), mac.data(), &size);

  // Dynamic truncation, RFC 4226 section 5.3.
  const std::size_t offset = mac[size - 1] & 0x0fU;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | mac[offset + i];
  number &= 0x7fffffffU;
  wipe(mac);

  Bytes digits(static_cast<std::size_t>(token.digits));
  for (std::size_t i = digits.size(); i-- > 0; number /= 10)
    digits[i] = static_cast<std::uint8_t>('0' + number % 10);
  return Secret(std::move(digits));
}

OtpMatch check_code(const OtpToken& token, std::uint64_t next, WallTime now, const Secret& code) {
  const auto window = token.mode == OtpMode::totp
                          ? window_around(step_at(token, now), totp_window, totp_window)
                          : window_around(next, 1, hotp_window);
  OtpMatch match;
  for (auto position = window.first; position <= window.last; ++position) {
    const bool equal = code_at(token, position) == code;
    if (equal && match.kind != OtpMatch::Kind::fresh)
      match = {position >= next ? OtpMatch::Kind::fresh : OtpMatch::Kind::replayed, position};
  }
  return match;
}

}  // namespace sallyport::auth
