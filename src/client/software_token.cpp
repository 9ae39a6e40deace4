#include "client/software_token.hpp"

#include "auth/token_secret.hpp"

namespace sallyport::client {

Result<SoftwareToken> SoftwareToken::open(std::string_view mode, const Secret& secret) {
  const auto known = TRY(auth::parse_token_mode(mode));
  return SoftwareToken(TRY(auth::parse_token_secret(known, secret)));
}

std::optional<Secret> SoftwareToken::next_code(auth::WallTime now) {
  if (given_ == max_codes) return std::nullopt;
  const bool by_time = token_.mode == auth::OtpMode::totp;
  const auto position = by_time ? auth::step_at(token_, now) : token_.counter;
  if (by_time && last_ && position <= *last_) return std::nullopt;
  if (!by_time) ++token_.counter;
  last_ = position;
  ++given_;
  return auth::code_at(token_, position);
}

void SoftwareToken::forget() {
  token_.key = Secret();
  given_ = max_codes;
}

std::optional<std::uint64_t> SoftwareToken::next_counter() const {
  if (token_.mode == auth::OtpMode::totp) return std::nullopt;
  return token_.counter;
}

}  // namespace sallyport::client
