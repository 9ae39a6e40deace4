// The spent one-time passwords of all back ends (phase 3, second round): a code that one of them accepted is
// spent for the others. What is accepted is stored first, so that neither a killed process nor a restart of
// the service makes it good again.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

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

// Wrong codes one after the other, after which a user's answers are not looked at for a while (RFC 4226
// section 7.3): a few tries are free, then the pause doubles with each.
struct OtpPatience {
  int free_tries = 5;
  std::chrono::seconds first_pause{30};
  std::chrono::seconds longest_pause{900};
};

class OtpLedger {
 public:
  // `state` is what the store had. Without a store the process's memory is all there is.
  explicit OtpLedger(OtpState state = {}, std::unique_ptr<OtpStore> store = nullptr)
      : state_(std::move(state)), store_(std::move(store)) {}

  // nothing: too many wrong codes came, this one was not looked at.
  // unavailable: the code is right and could not be stored. It is spent all the same, here in memory.
  // `back_end`: whose user it is; others may have another of that name.
  Result<std::optional<OathFile::Verdict>> verify(std::string_view back_end, const OathFile& file,
                                                  std::string_view user, const Secret& code, WallTime now);
  OtpState state() const;

 private:
  struct Failures {
    int count = 0;
    WallTime pause_begins;
    std::chrono::seconds pause{0};
  };
  using Owner = std::pair<std::string, std::string>;  // back end and user
  bool pauses(const Owner& owner, WallTime now) const;
  void note_wrong_code(const Owner& owner, WallTime now);

  mutable std::mutex mutex_;
  OtpState state_;
  std::unique_ptr<OtpStore> store_;
  OtpPatience patience_;
  std::map<Owner, Failures> failures_;  // of users who have a token
};

}  // namespace sallyport::auth
