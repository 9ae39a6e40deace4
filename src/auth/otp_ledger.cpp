#include "auth/otp_ledger.hpp"

#include <algorithm>

namespace sallyport::auth {

Result<std::optional<OathFile::Verdict>> OtpLedger::verify(std::string_view back_end, const OathFile& file,
                                                           std::string_view user, const Secret& code,
                                                           WallTime now) {
  using Verdict = OathFile::Verdict;
  const Owner owner(back_end, user);
  const std::lock_guard lock(mutex_);
  if (pauses(owner, now)) return std::nullopt;
  const auto check = file.verify(user, code, state_, now);
  if (check.verdict == Verdict::refused) note_wrong_code(owner, now);
  if (check.verdict == Verdict::accepted) {
    if (store_) TRY(store_->save(user, check.token, check.position));
    failures_.erase(owner);
  }
  return check.verdict;
}

// A clock that was set back ends a pause.
bool OtpLedger::pauses(const Owner& owner, WallTime now) const {
  const auto failed = failures_.find(owner);
  if (failed == failures_.end()) return false;
  const auto& [count, begins, pause] = failed->second;
  return now >= begins && now < begins + pause;
}

void OtpLedger::note_wrong_code(const Owner& owner, WallTime now) {
  auto& failed = failures_[owner];
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
