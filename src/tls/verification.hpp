// What is wrong with a peer's certificate, in words. Phase 1: the client's strict check of the gateway, and
// the gateway's check of client certificates, whose outcome the HTTP layer weighs.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tls/certificate.hpp"

struct x509_store_ctx_st;

namespace sallyport::tls {

enum class Fault {
  untrusted,           // no trusted authority signed it
  self_signed,         // it signed itself and is not trusted
  expired,             //
  not_yet_valid,       //
  wrong_name,          // it is for another host
  revoked,             // it is on its authority's revocation list
  revocation_unknown,  // a list is asked for, but there is none or it is out of date
  wrong_purpose,       // it is not meant for this side of TLS
  weak,                // its key or digest is below the security level
  wrong_pin,           // pins are given and none is its
  unreadable,          // it cannot be looked at: a name with a NUL byte and the like
  invalid,             // anything else: a bad signature, a broken constraint
};

// The text goes after "the certificate": "expired on 2024-05-01". Names from the certificate are escaped.
struct CertificateFault {
  Fault fault;
  std::string text;
  bool operator==(const CertificateFault&) const = default;
};
using CertificateFaults = std::vector<CertificateFault>;

bool has_fault(const CertificateFaults& faults, Fault fault);
std::string describe(const CertificateFaults& faults);  // all texts in one sentence; "" if there are none

// Says at the end of the check whether the handshake goes on. Called inside OpenSSL: it must not throw.
using Decision = std::function<bool(const Certificate&, const CertificateFaults&)>;

// Builds and checks the chain that `context` was prepared for. Each kind of fault is named once.
CertificateFaults verify_chain(x509_store_ctx_st* context, std::chrono::sys_seconds now);
// "is for vpn.example.com, not for 192.0.2.1"
CertificateFault wrong_name(const Certificate& certificate, std::string_view host);

}  // namespace sallyport::tls
