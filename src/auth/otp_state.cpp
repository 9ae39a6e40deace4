#include "auth/otp_state.hpp"

#include <algorithm>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace sallyport::auth {

TokenId token_id(const Secret& key) {
  const auto purpose = as_bytes("sallyport one-time password token");
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.size()), purpose.data(), purpose.size(),
       mac.data(), nullptr);
  TokenId id{};
  std::copy_n(mac.begin(), id.size(), id.begin());
  return id;
}

std::uint64_t OtpState::next(std::string_view user, const TokenId& token) const {
  const auto found = next_.find({std::string(user), token});
  return found == next_.end() ? 0 : found->second;
}

void OtpState::spend(std::string_view user, const TokenId& token, std::uint64_t position) {
  auto& next = next_[{std::string(user), token}];
  next = std::max(next, position + 1);
}

}  // namespace sallyport::auth
