// Which one-time passwords are spent: the lowest position (counter or step) of each token that may still be
// used. The authenticator keeps it through a reload.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace sallyport::auth {

// Stands for a token's key without telling it, so that a user who gets a new token starts anew.
using TokenId = std::array<std::uint8_t, 8>;
TokenId token_id(const Secret& key);

class OtpState {
 public:
  std::uint64_t next(std::string_view user, const TokenId& token) const;  // 0: nothing is spent
  // The position and all before it are spent. Never goes back.
  void spend(std::string_view user, const TokenId& token, std::uint64_t position);

  bool operator==(const OtpState&) const = default;

 private:
  std::map<std::pair<std::string, TokenId>, std::uint64_t> next_;
};

}  // namespace sallyport::auth
