#include "tls/certificate.hpp"

#include <ctime>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/ip.hpp"
#include "base/text.hpp"
#include "tls/digest.hpp"
#include "tls/failure.hpp"

namespace sallyport::tls {

namespace {

constexpr std::size_t largest_certificate = 64 << 10;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
using BioHandle = std::unique_ptr<BIO, FreeBio>;
using NamesHandle = std::unique_ptr<GENERAL_NAMES, FreeNames>;

Result<std::string> to_utf8(const ASN1_STRING* value) {
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, value);
  if (size < 0) {
    return fail_openssl(ErrorKind::malformed, "a name in the certificate is not valid text");
  }
  std::string utf8(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  // "admin\0.evil.example" reads as "admin" to whatever stops at a NUL.
  if (utf8.find('\0') != std::string::npos) {
    return fail(ErrorKind::malformed, "a name in the certificate has a NUL byte inside");
  }
  return utf8;
}

// Every value is checked, so that a NUL in the second one is refused too; the first one counts.
Result<std::optional<std::string>> first_entry(const X509_NAME* name, int nid) {
  std::optional<std::string> first;
  for (int i = -1; (i = X509_NAME_get_index_by_NID(name, nid, i)) >= 0;) {
    auto text = TRY(to_utf8(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i))));
    if (!first) first = std::move(text);
  }
  return first;
}

std::string one_line(const X509_NAME* name) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  // UTF-8 stays readable; what could break a line is escaped.
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

Result<std::chrono::sys_seconds> to_time(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) {
    return fail_openssl(ErrorKind::malformed, "the certificate's validity is not a time");
  }
  using namespace std::chrono;
  return sys_days(year(fields.tm_year + 1900) / (fields.tm_mon + 1) / fields.tm_mday) +
         hours(fields.tm_hour) + minutes(fields.tm_min) + seconds(fields.tm_sec);
}

// A PEM block may claim to be encrypted; nobody is to be asked on the terminal.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

}  // namespace

std::string_view name_of(KeyType type) {
  switch (type) {
    case KeyType::rsa:
      return "RSA";
    case KeyType::ec:
      return "EC";
    case KeyType::ed25519:
      return "Ed25519";
    case KeyType::dsa:
      return "DSA";
    case KeyType::other:
      break;
  }
  return "other";
}

Result<Certificate> Certificate::from_der(ByteView der, ossl_lib_ctx_st* library) {
  if (der.size() > largest_certificate) return fail(ErrorKind::malformed, "the certificate is too large");
  X509* raw = X509_new_ex(library, nullptr);
  const std::uint8_t* next = der.data();
  const bool parsed = d2i_X509(&raw, &next, static_cast<long>(der.size())) != nullptr;
  CertificateHandle handle(raw);
  if (!parsed) return fail_openssl(ErrorKind::malformed, "not a certificate");
  if (next != der.data() + der.size()) return fail(ErrorKind::malformed, "bytes follow the certificate");
  return from_native(std::move(handle));
}

Result<Certificate> Certificate::from_native(CertificateHandle handle) {
  Certificate certificate(std::move(handle));
  TRY(certificate.take_subject());
  TRY(certificate.take_alternative_names());
  TRY(certificate.take_validity());
  return certificate;
}

Certificate::Certificate(const Certificate& other)
    : handle_(other.handle_.get()),
      names_(other.names_),
      not_before_(other.not_before_),
      not_after_(other.not_after_) {
  X509_up_ref(handle_.get());
}

Certificate& Certificate::operator=(const Certificate& other) {
  return *this = Certificate(other);
}

Result<void> Certificate::take_subject() {
  const X509_NAME* subject = X509_get_subject_name(handle_.get());
  names_.common_name = TRY(first_entry(subject, NID_commonName));
  names_.user_id = TRY(first_entry(subject, NID_userId));
  names_.email = TRY(first_entry(subject, NID_pkcs9_emailAddress));
  return {};
}

Result<void> Certificate::take_alternative_names() {
  int found = 0;
  const NamesHandle list(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(handle_.get(), NID_subject_alt_name, &found, nullptr)));
  if (!list && found != -1) {  // -1: the certificate has none
    return fail_openssl(ErrorKind::malformed, "the certificate's alternative names cannot be read");
  }
  bool has_mail = false;  // an rfc822Name goes before an emailAddress in the subject
  for (int i = 0; i < sk_GENERAL_NAME_num(list.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list.get(), i);
    if (name->type == GEN_DNS) {
      names_.hosts.push_back(TRY(to_utf8(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      const ByteView bytes(ASN1_STRING_get0_data(name->d.iPAddress),
                           static_cast<std::size_t>(ASN1_STRING_length(name->d.iPAddress)));
      names_.hosts.push_back(TRY(Address::from_bytes(bytes)).to_text());
    } else if (name->type == GEN_EMAIL) {
      auto mail = TRY(to_utf8(name->d.rfc822Name));
      if (!std::exchange(has_mail, true)) names_.email = std::move(mail);
    } else if (name->type == GEN_OTHERNAME && OBJ_obj2nid(name->d.otherName->type_id) == NID_ms_upn) {
      const ASN1_TYPE* value = name->d.otherName->value;
      if (value->type != V_ASN1_UTF8STRING) {
        return fail(ErrorKind::malformed, "the certificate's principal name is not text");
      }
      auto principal = TRY(to_utf8(value->value.utf8string));
      if (!names_.principal_name) names_.principal_name = std::move(principal);
    }
  }
  return {};
}

Result<void> Certificate::take_validity() {
  not_before_ = TRY(to_time(X509_get0_notBefore(handle_.get())));
  not_after_ = TRY(to_time(X509_get0_notAfter(handle_.get())));
  return {};
}

Bytes Certificate::der() const {
  unsigned char* out = nullptr;
  const int size = i2d_X509(handle_.get(), &out);
  Bytes bytes(out, out + (size > 0 ? size : 0));
  OPENSSL_free(out);
  return bytes;
}

Bytes Certificate::public_key() const {
  unsigned char* out = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(handle_.get()), &out);
  Bytes bytes(out, out + (size > 0 ? size : 0));
  OPENSSL_free(out);
  return bytes;
}

evp_pkey_st* Certificate::native_public_key() const {
  return X509_get0_pubkey(handle_.get());
}

KeyType Certificate::key_type() const {
  const ASN1_OBJECT* algorithm = nullptr;
  X509_PUBKEY_get0_param(const_cast<ASN1_OBJECT**>(&algorithm), nullptr, nullptr, nullptr,
                         X509_get_X509_PUBKEY(handle_.get()));
  switch (OBJ_obj2nid(algorithm)) {
    case EVP_PKEY_RSA:
      return KeyType::rsa;
    case EVP_PKEY_EC:
      return KeyType::ec;
    case EVP_PKEY_ED25519:
      return KeyType::ed25519;
    case EVP_PKEY_DSA:
      return KeyType::dsa;
    default:
      return KeyType::other;
  }
}

std::string Certificate::fingerprint() const {
  return sha1_hex(der());
}

std::string Certificate::subject() const {
  return one_line(X509_get_subject_name(handle_.get()));
}

std::string Certificate::issuer() const {
  return one_line(X509_get_issuer_name(handle_.get()));
}

bool Certificate::matches_host(std::string_view host) const {
  if (auto address = Address::parse(host)) {
    const ByteView bytes = address->bytes();
    return X509_check_ip(handle_.get(), bytes.data(), bytes.size(), 0) == 1;
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  // To OpenSSL a leading dot means any name below, and an empty name one that ends at a NUL.
  if (host.empty() || host.starts_with('.')) return false;
  constexpr unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
  return X509_check_host(handle_.get(), host.data(), host.size(), flags, nullptr) == 1;
}

bool Certificate::operator==(const Certificate& other) const {
  return X509_cmp(handle_.get(), other.handle_.get()) == 0;
}

Result<std::vector<Certificate>> parse_certificates(std::string_view pem, PemLimits limits,
                                                    ossl_lib_ctx_st* library) {
  if (pem.size() > limits.bytes) {
    return fail(ErrorKind::malformed, "more than " + std::to_string(limits.bytes >> 10) + " KB");
  }
  const BioHandle in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> certificates;
  while (true) {
    ERR_clear_error();
    X509* raw = X509_new_ex(library, nullptr);
    const bool parsed = PEM_read_bio_X509(in.get(), &raw, no_passphrase, nullptr) != nullptr;
    CertificateHandle handle(raw);
    if (!parsed) break;
    if (certificates.size() == limits.certificates) {
      return fail(ErrorKind::malformed, "more than " + std::to_string(limits.certificates) + " certificates");
    }
    certificates.push_back(TRY(Certificate::from_native(std::move(handle))));
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end) return fail_openssl(ErrorKind::malformed, "a certificate cannot be read");
  ERR_clear_error();
  if (certificates.empty()) return fail(ErrorKind::malformed, "no certificate in PEM form inside");
  return certificates;
}

Result<CertificateChain> CertificateChain::parse(std::string_view pem, ossl_lib_ctx_st* library) {
  return CertificateChain(TRY(parse_certificates(pem, limits, library)));
}

CertificateChain::CertificateChain(Certificate leaf, std::vector<Certificate> issuers)
    : certificates_(std::move(issuers)) {
  certificates_.insert(certificates_.begin(), std::move(leaf));
}

}  // namespace sallyport::tls
