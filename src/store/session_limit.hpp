// The limit of sessions that one user may have (max_sessions_per_user), at a login. Pure.
#pragma once

#include <vector>

#include "store/session.hpp"

namespace sallyport::store {

// Which of the user's other sessions end so that `next` keeps within its own policy's limit, first those
// without a tunnel, then the oldest. All sessions of the user's name count, of whatever profile and policy;
// a session that is over at `next.created_at` does not. denied: it may not be, since the policy refuses
// logins at the limit and all others have a tunnel.
Result<std::vector<SessionId>> choose_to_end(const Session& next, std::vector<const Session*> others);

}  // namespace sallyport::store
