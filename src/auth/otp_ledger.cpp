#include "auth/otp_ledger.hpp"

namespace sallyport::auth {

Result<OathFile::Verdict> OtpLedger::verify(const OathFile& file, std::string_view user, const Secret& code,
                                            WallTime now) {
  const std::lock_guard lock(mutex_);
  const auto check = file.verify(user, code, state_, now);
  if (check.verdict == OathFile::Verdict::accepted && store_)
    TRY(store_->save(user, check.token, check.position));
  return check.verdict;
}

OtpState OtpLedger::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

}  // namespace sallyport::auth
