#include "tls/verification.hpp"

#include <algorithm>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/text.hpp"

namespace sallyport::tls {

namespace {

constexpr std::size_t names_shown = 3;

std::string day_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return "an unreadable day";
  std::string text(16, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%d", &fields));
  return text;
}

std::string in_context(int depth, std::string leaf_text, std::string_view issuer_text) {
  return depth == 0 ? std::move(leaf_text) : "is signed by an authority that " + std::string(issuer_text);
}

CertificateFault chain_fault(int code, int depth, const X509* certificate) {
  switch (code) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return {Fault::self_signed, "is self-signed"};
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return {Fault::untrusted, "is signed by an authority that is not trusted"};
    case X509_V_ERR_CERT_HAS_EXPIRED: {
      const std::string text = "expired on " + day_of(X509_get0_notAfter(certificate));
      return {Fault::expired, in_context(depth, text, text)};
    }
    case X509_V_ERR_CERT_NOT_YET_VALID: {
      const std::string text = "is not valid before " + day_of(X509_get0_notBefore(certificate));
      return {Fault::not_yet_valid, in_context(depth, text, text)};
    }
    case X509_V_ERR_CERT_REVOKED:
      return {Fault::revoked, in_context(depth, "has been revoked", "has been revoked")};
    case X509_V_ERR_UNABLE_TO_GET_CRL:
      return {Fault::revocation_unknown, "cannot be looked up: its authority's revocation list is missing"};
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
      return {Fault::revocation_unknown,
              "cannot be looked up: its authority's revocation list is out of date"};
    case X509_V_ERR_INVALID_PURPOSE:
      return {Fault::wrong_purpose, in_context(depth, "is not meant for this side of a TLS connection",
                                               "may not sign for this side of a TLS connection")};
    case X509_V_ERR_INVALID_CA:
      return {Fault::invalid, "is signed by a certificate that is no authority"};
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return {Fault::weak, in_context(depth, "uses a key or digest that is too weak",
                                      "uses a key or digest that is too weak")};
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return {Fault::invalid, in_context(depth, "has a signature that is not its issuer's",
                                         "has a signature that is not its issuer's")};
    default:
      return {Fault::invalid, std::string("cannot be verified: ") + X509_verify_cert_error_string(code)};
  }
}

// Notes the fault and lets the check go on, so that all faults come out and not only the first.
int collect(int passed, X509_STORE_CTX* context) {
  if (passed == 1) return 1;
  const int code = X509_STORE_CTX_get_error(context);
  const int depth = X509_STORE_CTX_get_error_depth(context);
  // The operator gives a list for those who issue to users; the roots above need none.
  if (code == X509_V_ERR_UNABLE_TO_GET_CRL && depth > 0) return 1;
  auto& faults = *static_cast<CertificateFaults*>(X509_STORE_CTX_get_app_data(context));
  auto fault = chain_fault(code, depth, X509_STORE_CTX_get_current_cert(context));
  // OpenSSL says in two ways that an unknown issuer's signature cannot be checked.
  const bool already_untrusted = fault.fault == Fault::untrusted && has_fault(faults, Fault::self_signed);
  if (!already_untrusted && !has_fault(faults, fault.fault)) faults.push_back(std::move(fault));
  return 1;
}

}  // namespace

bool has_fault(const CertificateFaults& faults, Fault fault) {
  return std::ranges::any_of(faults, [fault](const auto& each) { return each.fault == fault; });
}

std::string describe(const CertificateFaults& faults) {
  std::string sentence;
  for (const auto& fault : faults) {
    if (!sentence.empty()) sentence += ", ";
    sentence += fault.text;
  }
  return sentence;
}

CertificateFaults verify_chain(x509_store_ctx_st* context, std::chrono::sys_seconds now) {
  CertificateFaults faults;
  X509_STORE_CTX_set_app_data(context, &faults);
  X509_STORE_CTX_set_verify_cb(context, collect);
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), now.time_since_epoch().count());
  // No answer at all: out of memory, or a chain that OpenSSL refuses to look at.
  if (X509_verify_cert(context) != 1 && faults.empty()) {
    faults.push_back(chain_fault(X509_STORE_CTX_get_error(context), 0, X509_STORE_CTX_get0_cert(context)));
  }
  X509_STORE_CTX_set_app_data(context, nullptr);
  ERR_clear_error();
  return faults;
}

CertificateFault wrong_name(const Certificate& certificate, std::string_view host) {
  const auto& hosts = certificate.hosts();
  std::string names;
  for (std::size_t i = 0; i < std::min(hosts.size(), names_shown); ++i) {
    names += (names.empty() ? "" : ", ") + escape_for_log(hosts[i]);
  }
  if (hosts.size() > names_shown) names += ", …";
  return {Fault::wrong_name,
          "is for " + (names.empty() ? "no host" : names) + ", not for " + escape_for_log(host)};
}

}  // namespace sallyport::tls
