#include "client/certificate_judge.hpp"

#include <array>

#include "tls/pin.hpp"

namespace sallyport::client {

std::string_view name_of(Verdict verdict) {
  constexpr std::array<std::string_view, 4> names{"trusted", "pinned", "allowed", "blocked"};
  return names[static_cast<std::size_t>(verdict)];
}

bool CertificateJudge::judge(const tls::Certificate& certificate, const tls::CertificateFaults& faults) {
  pin_ = tls::pin_sha256(certificate);
  if (faults.empty()) {
    verdict_ = pins_given_ ? Verdict::pinned : Verdict::trusted;
    if (!pins_given_ && store_.knows(gateway_))
      sentence_ = "the certificate of " + gateway_ + " has no fault any more: its exception ends";
    return true;
  }
  const auto fault = "the certificate of " + gateway_ + " " + describe(faults);
  if (!pins_given_ && (allow_untrusted_ || store_.allows(gateway_, pin_))) {
    verdict_ = Verdict::allowed;
    sentence_ = "warning: " + fault + "; the user allowed it";
    return true;
  }
  verdict_ = Verdict::blocked;
  sentence_ = "blocked: " + fault;
  if (!pins_given_) {
    sentence_ += ". If the administrator confirms its fingerprint, connect with --servercert " + pin_ +
                 ", or with --allow-untrusted to lift the block for this certificate from now on";
  }
  return false;
}

bool CertificateJudge::remember() {
  if (verdict_ == Verdict::allowed && !store_.allows(gateway_, pin_)) {
    store_.allow(gateway_, pin_);
    return true;
  }
  // A pin on the command line says nothing about whether the fault is gone.
  return verdict_ == Verdict::trusted && store_.remove(gateway_);
}

}  // namespace sallyport::client
