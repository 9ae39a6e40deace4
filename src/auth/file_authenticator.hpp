// The back end `type = "file"`: passwords from a password file, one-time passwords from a users.oath file.
// A user whom the password file locks is refused in the one-time password round too, so that a lock holds
// where a certificate was the first round.
#pragma once

#include <memory>
#include <optional>

#include "auth/authenticator.hpp"
#include "auth/oath_file.hpp"
#include "auth/otp_ledger.hpp"
#include "auth/password_file.hpp"

namespace sallyport::auth {

class FileAuthenticator : public Authenticator {
 public:
  // The texts of the two files. Errors begin with "users: " or "otp: ".
  static Result<std::unique_ptr<Authenticator>> open(const Secret& users, const std::optional<Secret>& otp,
                                                     std::shared_ptr<OtpLedger> ledger);

  proto::AuthenticatorAnswer::Outcome authenticate(const proto::AuthenticatorRequest& request,
                                                   WallTime now) override;

 private:
  FileAuthenticator(PasswordFile users, OathFile tokens, std::shared_ptr<OtpLedger> ledger)
      : users_(std::move(users)), tokens_(std::move(tokens)), ledger_(std::move(ledger)) {}

  proto::AuthenticatorAnswer::Outcome check_password(const proto::AuthenticatorRequest& request) const;
  proto::AuthenticatorAnswer::Outcome check_code(const proto::AuthenticatorRequest& request,
                                                 WallTime now) const;

  PasswordFile users_;
  OathFile tokens_;
  std::shared_ptr<OtpLedger> ledger_;
};

}  // namespace sallyport::auth
