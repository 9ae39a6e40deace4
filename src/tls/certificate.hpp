// An X.509 certificate as a value, and the chain of a PEM file. Phase 1: both ends look at the peer's
// certificate; the gateway takes the user's name from it (`certificate_user`) and tells clients the hash of
// its own (`server-cert-hash`).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "tls/handles.hpp"

namespace sallyport::tls {

enum class KeyType { rsa, ec, ed25519, dsa, other };
std::string_view name_of(KeyType type);  // "RSA", "EC", "Ed25519", "DSA", "other"

class Certificate {
 public:
  // malformed: not one certificate, more than 64 KB, or a name with a NUL byte inside.
  static Result<Certificate> from_der(ByteView der, ossl_lib_ctx_st* library = nullptr);
  static Result<Certificate> from_native(CertificateHandle handle);
  Certificate(const Certificate& other);
  Certificate& operator=(const Certificate& other);
  Certificate(Certificate&&) noexcept = default;
  Certificate& operator=(Certificate&&) noexcept = default;
  ~Certificate() = default;

  Bytes der() const;
  Bytes public_key() const;  // SubjectPublicKeyInfo, DER
  KeyType key_type() const;
  // SHA-1 of the DER as 40 upper-case hex digits: `server-cert-hash` and `sh:` (protocol reference 1.2).
  std::string fingerprint() const;

  // Names on one line as RFC 2253 writes them, control characters escaped.
  std::string subject() const;
  std::string issuer() const;

  // What `certificate_user` may name: the first of each kind, absent if there is none.
  const std::optional<std::string>& common_name() const { return names_.common_name; }
  const std::optional<std::string>& user_id() const { return names_.user_id; }
  const std::optional<std::string>& email() const { return names_.email; }
  const std::optional<std::string>& principal_name() const { return names_.principal_name; }  // UPN

  std::chrono::sys_seconds not_before() const { return not_before_; }
  std::chrono::sys_seconds not_after() const { return not_after_; }

  // DNS names and IP addresses of the subject alternative name, as they stand there.
  const std::vector<std::string>& hosts() const { return names_.hosts; }
  // A DNS name (`*` stands for the whole left-most label) or an IP literal; the common name never counts.
  bool matches_host(std::string_view host) const;

  bool operator==(const Certificate& other) const;  // byte-identical
  x509_st* native() const { return handle_.get(); }
  // Stays the certificate's; null if it is of a kind that OpenSSL does not know.
  evp_pkey_st* native_public_key() const;

 private:
  struct Names {
    std::optional<std::string> common_name;
    std::optional<std::string> user_id;
    std::optional<std::string> email;
    std::optional<std::string> principal_name;
    std::vector<std::string> hosts;
  };

  explicit Certificate(CertificateHandle handle) : handle_(std::move(handle)) {}
  Result<void> take_subject();
  Result<void> take_alternative_names();
  Result<void> take_validity();

  CertificateHandle handle_;
  Names names_;
  std::chrono::sys_seconds not_before_;
  std::chrono::sys_seconds not_after_;
};

// All certificates of a PEM text; other blocks are skipped. malformed: too large, too many, unreadable, none.
struct PemLimits {
  std::size_t bytes;
  std::size_t certificates;
};
Result<std::vector<Certificate>> parse_certificates(std::string_view pem, PemLimits limits,
                                                    ossl_lib_ctx_st* library = nullptr);

// A certificate and those that lead to its root, the leaf first. Never empty.
class CertificateChain {
 public:
  static constexpr PemLimits limits{64 << 10, 10};

  static Result<CertificateChain> parse(std::string_view pem, ossl_lib_ctx_st* library = nullptr);
  explicit CertificateChain(Certificate leaf, std::vector<Certificate> issuers = {});

  const Certificate& leaf() const { return certificates_.front(); }
  const std::vector<Certificate>& certificates() const { return certificates_; }

 private:
  explicit CertificateChain(std::vector<Certificate> certificates) : certificates_(std::move(certificates)) {}
  std::vector<Certificate> certificates_;
};

// A chain and the private key of its leaf: what either end proves itself with.
struct KeyPair {
  CertificateChain chain;
  KeyHandle key;
};

}  // namespace sallyport::tls
