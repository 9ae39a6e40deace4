#include "tls/identity.hpp"

#include <cstring>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "tls/failure.hpp"

namespace sallyport::tls {

namespace {

constexpr std::size_t largest_file = 256 << 10;
constexpr std::uint8_t der_sequence = 0x30;  // how a PKCS#12 file begins

struct FreeObject {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(PKCS12* box) const { PKCS12_free(box); }
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using BioHandle = std::unique_ptr<BIO, FreeObject>;

struct Question {
  const Secret& passphrase;
  bool asked = false;
};

int answer(char* buffer, int size, int, void* argument) {
  auto& question = *static_cast<Question*>(argument);
  question.asked = true;
  const auto text = question.passphrase.reveal_text();
  if (text.empty() || text.size() > static_cast<std::size_t>(size)) return -1;
  std::memcpy(buffer, text.data(), text.size());
  return static_cast<int>(text.size());
}

tl::unexpected<Error> wrong_passphrase(const Secret& passphrase) {
  ERR_clear_error();
  return fail(ErrorKind::denied, passphrase.empty() ? "the private key is encrypted: it needs a passphrase"
                                                    : "the passphrase of the private key is wrong");
}

Result<KeyHandle> load_key(ByteView pem, const Secret& passphrase, ossl_lib_ctx_st* library) {
  const BioHandle in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Question question{passphrase};
  ERR_clear_error();
  KeyHandle key(PEM_read_bio_PrivateKey_ex(in.get(), nullptr, answer, &question, library, nullptr));
  if (key) return key;
  if (question.asked) return wrong_passphrase(passphrase);
  if (as_text(pem).find("PRIVATE KEY-----") == std::string_view::npos) {
    ERR_clear_error();
    return fail(ErrorKind::malformed, "no private key in PEM form inside");
  }
  return fail_openssl(ErrorKind::malformed, "the private key cannot be read");
}

// An empty passphrase is written in two ways: as none and as an empty one.
const char* passphrase_that_fits(PKCS12* box, const std::string& passphrase, bool& fits) {
  fits = PKCS12_verify_mac(box, passphrase.c_str(), static_cast<int>(passphrase.size())) == 1;
  if (fits || !passphrase.empty()) return passphrase.c_str();
  fits = PKCS12_verify_mac(box, nullptr, 0) == 1;
  return nullptr;
}

Result<CertificateChain> take_chain(CertificateHandle leaf, STACK_OF(X509) * others) {
  std::vector<Certificate> issuers;
  if (sk_X509_num(others) >= static_cast<int>(CertificateChain::limits.certificates)) {
    return fail(ErrorKind::malformed, "more than 10 certificates");
  }
  for (int i = 0; i < sk_X509_num(others); ++i) {
    CertificateHandle issuer(sk_X509_value(others, i));
    X509_up_ref(issuer.get());
    issuers.push_back(TRY(Certificate::from_native(std::move(issuer))));
  }
  auto first = TRY(Certificate::from_native(std::move(leaf)));
  return CertificateChain(std::move(first), std::move(issuers));
}

Result<KeyPair> load_pkcs12(ByteView bytes, const Secret& passphrase, ossl_lib_ctx_st* library) {
  ERR_clear_error();
  PKCS12* raw = PKCS12_init_ex(NID_pkcs7_data, library, nullptr);
  const std::uint8_t* next = bytes.data();
  const bool parsed = d2i_PKCS12(&raw, &next, static_cast<long>(bytes.size())) != nullptr;
  const std::unique_ptr<PKCS12, FreeObject> box(raw);
  if (!parsed) return fail_openssl(ErrorKind::malformed, "neither PEM nor PKCS#12");
  std::string text(passphrase.reveal_text());
  bool fits = true;
  const char* fitting = text.c_str();
  if (PKCS12_mac_present(box.get()) == 1) fitting = passphrase_that_fits(box.get(), text, fits);
  EVP_PKEY* key = nullptr;
  X509* leaf = nullptr;
  STACK_OF(X509)* others = nullptr;
  ERR_clear_error();
  const bool opened = fits && PKCS12_parse(box.get(), fitting, &key, &leaf, &others) == 1;
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  KeyHandle key_handle(key);
  CertificateHandle leaf_handle(leaf);
  const std::unique_ptr<STACK_OF(X509), FreeObject> other_handles(others);
  if (!fits) return wrong_passphrase(passphrase);
  if (!opened) {
    return fail_openssl(ErrorKind::unsupported, "the PKCS#12 file is encrypted in a way OpenSSL cannot open");
  }
  if (!key_handle) return fail(ErrorKind::malformed, "no private key inside the PKCS#12 file");
  if (!leaf_handle) return fail(ErrorKind::malformed, "no certificate for the key inside the PKCS#12 file");
  auto chain = TRY(take_chain(std::move(leaf_handle), other_handles.get()));
  return KeyPair{std::move(chain), std::move(key_handle)};
}

}  // namespace

Result<KeyPair> load_identity(ByteView certificate, ByteView key, const Secret& passphrase,
                              ossl_lib_ctx_st* library) {
  if (certificate.size() > largest_file || key.size() > largest_file) {
    return fail(ErrorKind::malformed, "the file is larger than 256 KB");
  }
  if (!certificate.empty() && certificate.front() == der_sequence) {
    return load_pkcs12(certificate, passphrase, library);
  }
  // One TRY a line: clang 16 leaks the members made so far when one in braces returns.
  auto chain = TRY(CertificateChain::parse(as_text(certificate), library));
  auto private_key = TRY(load_key(key.empty() ? certificate : key, passphrase, library));
  ERR_clear_error();
  if (X509_check_private_key(chain.leaf().native(), private_key.get()) != 1) {
    ERR_clear_error();
    return fail(ErrorKind::malformed, "the private key does not belong to the certificate");
  }
  return KeyPair{std::move(chain), std::move(private_key)};
}

}  // namespace sallyport::tls
