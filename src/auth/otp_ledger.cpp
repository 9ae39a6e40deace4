#include "auth/otp_ledger.hpp"

#include <algorithm>

namespace sallyport::auth {

Result<std::optional<OathFile::Verdict>> OtpLedger::verify(const OathFile& file, std::string_view user,
                                                           const Secret& code, WallTime now) {
  using Verdict = OathFile::Verdict;
  const std::lock_guard lock(mutex_);
  if (pauses(user, now)) return std::nullopt;
  const auto check = file.verify(user, code, state_, now);
  if (check.verdict == Verdict::refused) note_wrong_code(user, now);
  if (check.verdict == Verdict::accepted) {
    if (store_) TRY(store_->save(user, check.token, check.position));
    if (const auto failed = failures_.find(user); failed != failures_.end()) failures_.erase(failed);
  }
  return check.verdict;
}

// A clock that was set back ends a pause.
bool OtpLedger::pauses(std::string_view user, WallTime now) const {
  const auto failed = failures_.find(user);
  if (failed == failures_.end()) return false;
  const auto& [count, begins, pause] = failed->second;
  return now >= begins && now < begins + pause;
}

void OtpLedger::note_wrong_code(std::string_view user, WallTime now) {
  auto& failed = failures_[std::string(user)];
  ++failed.count;
  if (failed.count < patience_.free_tries) return;
  const auto next = failed.pause.count() == 0 ? patience_.first_pause : failed.pause * 2;
  failed.pause = std::min(next, patience_.longest_pause);
  failed.pause_begins = now;
}

OtpState OtpLedger::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

}  // namespace sallyport::auth
