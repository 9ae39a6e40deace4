#include "store/session_limit.hpp"

#include <algorithm>
#include <tuple>

namespace sallyport::store {

Result<std::vector<SessionId>> choose_to_end(const Session& next, std::vector<const Session*> others) {
  const auto& policy = policy_of(next);
  const std::size_t limit = policy.max_sessions_per_user;
  if (limit == 0) return {};
  std::erase_if(others, [&next](const Session* session) {
    const auto end = end_of(*session);
    return end && *end <= next.created_at;
  });
  if (others.size() < limit) return {};
  std::ranges::sort(others, {}, [](const Session* session) {
    return std::tuple(session->connected_at.has_value(), session->created_at, session->id);
  });
  others.resize(others.size() + 1 - limit);
  if (policy.at_session_limit == proto::AtSessionLimit::refuse && others.back()->connected_at) {
    return fail(ErrorKind::denied, "the user has as many sessions as the policy allows");
  }
  std::vector<SessionId> ids;
  for (const auto* session : others) ids.push_back(session->id);
  return ids;
}

}  // namespace sallyport::store
