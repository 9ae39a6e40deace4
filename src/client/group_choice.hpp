// Which of the groups that a form offers the user wants (phase 2), decided without asking anybody.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/options.hpp"
#include "proto/auth_form.hpp"

namespace sallyport::client {

// The option that `wanted` (a value or label) means. unavailable: there is none; the text lists those there
// are.
Result<const proto::FormOption*> find_group(const proto::AuthField& groups, std::string_view wanted);

// "Group [staff|admins] (staff):", fit for a terminal.
std::string group_question(const proto::AuthField& groups);

// --authgroup, else the --form-entry for the form's group_list, else empty.
std::string wanted_group(const proto::AuthForm& form, const ConnectOptions& options);

}  // namespace sallyport::client
