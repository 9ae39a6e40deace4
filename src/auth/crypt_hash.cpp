#include "auth/crypt_hash.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <crypt.h>

namespace sallyport::auth {

namespace {

// crypt_r's working memory, wiped in the end: password and hash pass through it. 32 KB, so not on the stack.
struct Workspace {
  std::unique_ptr<crypt_data> data = std::make_unique<crypt_data>();
  Workspace() = default;
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  ~Workspace() { wipe({reinterpret_cast<std::uint8_t*>(data.get()), sizeof(crypt_data)}); }
};

}  // namespace

bool is_supported_hash(std::string_view hash) {
  // The shortest digest, md5crypt's, has 22 characters: a hash cut short would never match.
  constexpr std::size_t shortest_digest = 22;
  if (!hash.starts_with('$') || hash.size() >= CRYPT_OUTPUT_SIZE) return false;
  if (hash.size() - hash.rfind('$') <= shortest_digest) return false;
  const int verdict = crypt_checksalt(std::string(hash).c_str());
  return verdict == CRYPT_SALT_OK || verdict == CRYPT_SALT_METHOD_LEGACY;
}

Result<Secret> crypt_hash(const Secret& password, std::string_view setting) {
  const auto text = password.reveal();
  if (text.size() >= CRYPT_MAX_PASSPHRASE_SIZE || std::ranges::find(text, 0) != text.end())
    return fail(ErrorKind::denied, "the password is too long or holds a zero byte");
  Bytes terminated;
  terminated.reserve(text.size() + 1);
  terminated.assign(text.begin(), text.end());
  terminated.push_back(0);
  const Secret phrase(std::move(terminated));

  const Workspace workspace;
  const char* hash = crypt_r(reinterpret_cast<const char*>(phrase.reveal().data()),
                             std::string(setting).c_str(), workspace.data.get());
  // A failure is a text that begins with '*' and never equals a setting.
  if (hash == nullptr || *hash == '*')
    return fail(ErrorKind::internal, "crypt(3) refuses the hash's setting");
  return Secret(std::string_view(hash));
}

Result<Secret> new_hash(const Secret& password) {
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  if (crypt_gensalt_rn("$y$", 0, nullptr, 0, setting.data(), static_cast<int>(setting.size())) == nullptr)
    return fail_errno("cannot make a salt");
  return crypt_hash(password, setting.data());
}

}  // namespace sallyport::auth
