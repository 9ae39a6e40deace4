// What a back end of the authenticator process is: the file of users now, each directory server later.
// Its answers are values (accepted, ask more, refused, unavailable); it may block, since it has a thread of
// its own, but not for ever.
#pragma once

#include "auth/totp.hpp"
#include "proto/authenticator_messages.hpp"

namespace sallyport::auth {

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // Called by one thread at a time.
  virtual proto::AuthenticatorAnswer::Outcome authenticate(const proto::AuthenticatorRequest& request,
                                                           WallTime now) = 0;
};

}  // namespace sallyport::auth
