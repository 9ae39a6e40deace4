// Whether a gateway's certificate lets a connection go on: strict by default; a block that the user lifted
// once makes a warning at every connection until the fault is gone. Phase 1, and again for the downloader's
// TLS session.
#pragma once

#include <string>
#include <string_view>

#include "client/trust_store.hpp"
#include "tls/verification.hpp"

namespace sallyport::client {

enum class Verdict { trusted, pinned, allowed, blocked };
std::string_view name_of(Verdict verdict);

class CertificateJudge {
 public:
  // `gateway` is HOST:PORT. Pins given on the command line take the place of all other trust and of
  // exceptions.
  CertificateJudge(std::string gateway, bool pins_given, bool allow_untrusted, TrustStore& store)
      : gateway_(std::move(gateway)),
        pins_given_(pins_given),
        allow_untrusted_(allow_untrusted),
        store_(store) {}

  // The decision that the TLS handshake asks for; it only looks.
  bool judge(const tls::Certificate& certificate, const tls::CertificateFaults& faults);

  Verdict verdict() const { return verdict_; }
  // For the user, if there is something to say: why it is blocked and how to go on, or the warning.
  const std::string& sentence() const { return sentence_; }
  // After the handshake: puts a new exception into the store, takes one out whose fault is gone. True: the
  // store has changed and is to be kept.
  bool remember();

 private:
  std::string gateway_;
  bool pins_given_;
  bool allow_untrusted_;
  TrustStore& store_;
  Verdict verdict_ = Verdict::blocked;
  std::string sentence_;
  std::string pin_;
};

}  // namespace sallyport::client
