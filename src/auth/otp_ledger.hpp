// The spent one-time passwords of all back ends (phase 3, second round): a code that one of them accepted is
// spent for the others. What is accepted is stored first, so that neither a killed process nor a restart of
// the service makes it good again.
#pragma once

#include <memory>
#include <mutex>

#include "auth/oath_file.hpp"

namespace sallyport::auth {

// Keeps what is spent: one position for each token of a user.
class OtpStore {
 public:
  virtual ~OtpStore() = default;
  // The position and all before it are spent. On the disk when this returns. unavailable: the disk is full
  // or broken.
  virtual Result<void> save(std::string_view user, const TokenId& token, std::uint64_t position) = 0;
};

class OtpLedger {
 public:
  // `state` is what the store had. Without a store the process's memory is all there is.
  explicit OtpLedger(OtpState state = {}, std::unique_ptr<OtpStore> store = nullptr)
      : state_(std::move(state)), store_(std::move(store)) {}

  // unavailable: the code is right and could not be stored. It is spent all the same, here in memory.
  Result<OathFile::Verdict> verify(const OathFile& file, std::string_view user, const Secret& code,
                                   WallTime now);
  OtpState state() const;

 private:
  mutable std::mutex mutex_;
  OtpState state_;
  std::unique_ptr<OtpStore> store_;
};

}  // namespace sallyport::auth
