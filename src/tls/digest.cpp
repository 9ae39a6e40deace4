#include "tls/digest.hpp"

#include <array>

#include <openssl/evp.h>

#include "base/text.hpp"

namespace sallyport::tls {

std::string sha1_hex(ByteView bytes) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) return "";
  return to_hex(ByteView(digest).first(size), HexCase::upper);
}

bool is_sha1_hex(std::string_view text) {
  constexpr std::size_t sha1_size = 20;
  const auto bytes = from_hex(text);
  return bytes && bytes->size() == sha1_size;
}

}  // namespace sallyport::tls
