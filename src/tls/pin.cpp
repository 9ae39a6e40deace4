#include "tls/pin.hpp"

#include <array>

#include <openssl/evp.h>

#include "base/text.hpp"

namespace sallyport::tls {

namespace {

constexpr std::size_t shortest_hash = 4;
constexpr std::string_view base64_prefix = "pin-sha256:";
constexpr std::string_view sha256_prefix = "sha256:";
constexpr std::string_view sha1_prefix = "sha1:";
constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";
constexpr std::string_view base64_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

Bytes digest_of(ByteView bytes, const EVP_MD* algorithm) {
  Bytes digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr);
  digest.resize(size);
  return digest;
}

}  // namespace

Result<Pin> Pin::parse(std::string_view text) {
  Form form = Form::certificate_sha1_hex;
  std::string_view hash = text;
  std::size_t longest = 40;
  if (text.starts_with(base64_prefix)) {
    form = Form::key_sha256_base64;
    hash.remove_prefix(base64_prefix.size());
    longest = 44;
  } else if (text.starts_with(sha256_prefix)) {
    form = Form::key_sha256_hex;
    hash.remove_prefix(sha256_prefix.size());
    longest = 64;
  } else if (text.starts_with(sha1_prefix)) {
    form = Form::key_sha1_hex;
    hash.remove_prefix(sha1_prefix.size());
  }
  const auto alphabet = form == Form::key_sha256_base64 ? base64_characters : hex_digits;
  if (hash.find_first_not_of(alphabet) != std::string_view::npos) {
    return fail(ErrorKind::malformed, "a pin is pin-sha256:BASE64, sha256:HEX, sha1:HEX or HEX");
  }
  if (hash.size() < shortest_hash) {
    return fail(ErrorKind::malformed, "a pin needs at least four characters of the hash");
  }
  if (hash.size() > longest) return fail(ErrorKind::malformed, "a pin is longer than its hash can be");
  return Pin(form, hash);
}

bool Pin::matches(const Certificate& certificate) const {
  switch (form_) {
    case Form::key_sha256_base64:
      return to_base64(digest_of(certificate.public_key(), EVP_sha256())).starts_with(hash_);
    case Form::key_sha256_hex:
      return starts_with_ignoring_case(to_hex(digest_of(certificate.public_key(), EVP_sha256())), hash_);
    case Form::key_sha1_hex:
      return starts_with_ignoring_case(to_hex(digest_of(certificate.public_key(), EVP_sha1())), hash_);
    case Form::certificate_sha1_hex:
      break;
  }
  return starts_with_ignoring_case(certificate.fingerprint(), hash_);
}

std::string pin_sha256(const Certificate& certificate) {
  return std::string(base64_prefix) + to_base64(digest_of(certificate.public_key(), EVP_sha256()));
}

}  // namespace sallyport::tls
