// Which connection profile a login is for, and the form that asks for what the profile wants. Pure.
#pragma once

#include <string_view>

#include "proto/auth_form.hpp"
#include "proto/gateway_settings.hpp"
#include "store/dialogue_store.hpp"

namespace sallyport::gateway {

// A group URL decides alone; then the chosen alias (AnyConnect sends the label, here the same) if it is one.
// `target`: of the request; `group_access`: the URL of an init, "" if there is none. nullptr: nothing
// decides.
const proto::ConnectionProfile* chosen_profile(const proto::VirtualHost& host, std::string_view target,
                                               std::string_view group_access, std::string_view group_select);
// The same, or the default.
const proto::ConnectionProfile& choose_profile(const proto::VirtualHost& host, std::string_view target,
                                               std::string_view group_access, std::string_view group_select);

// nullptr: the path is no group URL.
const proto::ConnectionProfile* profile_of_url(const proto::VirtualHost& host, std::string_view target);

// User name and password, with the list of group aliases unless a group URL has decided. The form is posted
// to the URL that was asked for (dialogue.path).
proto::AuthForm password_form(const proto::VirtualHost& host, const proto::ConnectionProfile& profile,
                              const store::Dialogue& dialogue);

}  // namespace sallyport::gateway
