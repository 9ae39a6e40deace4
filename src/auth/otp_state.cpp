#include "auth/otp_state.hpp"

#include <algorithm>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "proto/codec.hpp"

namespace sallyport::auth {

namespace {

struct Spent {
  std::string user;
  TokenId token{};
  std::uint64_t next = 0;
  static void each_field(auto&& field) {
    field("user", &Spent::user);
    field("token", &Spent::token);
    field("next", &Spent::next);
  }
};

}  // namespace

TokenId token_id(const Secret& key) {
  const auto purpose = as_bytes("sallyport one-time password token");
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.size()), purpose.data(), purpose.size(),
       mac.data(), nullptr);
  TokenId id{};
  std::copy_n(mac.begin(), id.size(), id.begin());
  return id;
}

Result<OtpState> OtpState::load(ByteView bytes) {
  OtpState state;
  for (auto& spent : TRY(proto::decode<std::vector<Spent>>(bytes)))
    state.next_[{std::move(spent.user), spent.token}] = spent.next;
  return state;
}

Bytes OtpState::save() const {
  std::vector<Spent> spent;
  spent.reserve(next_.size());
  for (const auto& [key, next] : next_) spent.push_back({key.first, key.second, next});
  return proto::encode(spent);
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
