// The user's preferences.xml: what to propose at the next connection, and the certificates that gateways had
// (phase 4). Only the front opens it.
#pragma once

#include <string>
#include <string_view>

#include "proto/client_messages.hpp"
#include "proto/preferences.hpp"

namespace sallyport::client {

Result<proto::Preferences> load_preferences();  // empty if there is no file
Result<void> save_preferences(const proto::Preferences& preferences);

// A login at a gateway has succeeded, which the user called `name` and whose address is `address`. A user
// that the connection does not know stays who it was at this gateway, and nobody at another; without a group
// there was none to choose. Elements of others stay in any case. malformed: what the connection says can't
// stand in the file.
Result<proto::Preferences> remember(proto::Preferences preferences, const proto::Remember& known,
                                    std::string_view name, std::string_view address);

}  // namespace sallyport::client
