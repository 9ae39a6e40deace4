// The authenticator's work (phase 3), without its socket: requests in, answers out. Each back end has a
// thread and a bounded queue of its own, so that a slow one delays the logins that need it and no other.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/file_authenticator.hpp"

namespace sallyport::authenticator {

struct FileBackEnd {
  std::string aaa;  // the name of the [aaa.NAME] section
  Secret users;     // the text of the password file
  std::optional<Secret> otp;
};

struct Settings {
  std::vector<FileBackEnd> files;
};

struct Limits {
  std::size_t waiting = 64;  // requests of one back end, besides the one it is working on
  std::chrono::milliseconds time{10'000};
};

class Service {
 public:
  using Request = proto::AuthenticatorRequest;
  using Answer = proto::AuthenticatorAnswer;
  // Called once for each request, on any thread, also within submit.
  using Reply = std::function<void(Answer)>;
  using BackEnds = std::map<std::string, std::shared_ptr<auth::Authenticator>>;

  // Errors name the section: "[aaa.local] users: line 3: …".
  static Result<std::unique_ptr<Service>> open(const Settings& settings,
                                               std::shared_ptr<auth::OtpLedger> ledger, Limits limits = {});

  Service(const BackEnds& back_ends, std::shared_ptr<auth::OtpLedger> ledger, Limits limits);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  // Answers what is waiting with `unavailable`; returns when each back end has finished its last request.
  ~Service();

  void submit(Request request, Reply reply);

  // For requests not begun yet. An error changes nothing; what is spent stays spent; a name that is gone is
  // answered `unavailable`.
  Result<void> reload(const Settings& settings);

 private:
  struct State;
  std::shared_ptr<auth::OtpLedger> ledger_;
  std::unique_ptr<State> state_;
};

}  // namespace sallyport::authenticator
