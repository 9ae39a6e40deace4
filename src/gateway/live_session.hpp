// The session that a request belongs to: phases 4 and 5 take the token for who is asking.
#pragma once

#include <optional>

#include "base/secret.hpp"
#include "gateway/caller.hpp"

namespace sallyport::gateway {

// nullopt: the token names none, or one that is over.
net::Task<std::optional<store::Session>> live_session(const Caller& caller, const Secret& token);

}  // namespace sallyport::gateway
