// Which connection profile a login is for, and the form that asks for what the profile wants. Pure.
#pragma once

#include <string_view>

#include "gateway/login_rounds.hpp"
#include "proto/auth_form.hpp"
#include "proto/gateway_settings.hpp"
#include "store/dialogue_store.hpp"

namespace sallyport::gateway {

// A group URL decides alone; then the chosen alias (AnyConnect sends the label, here the same) if it is one.
// `target`: of the request; `group_access`: the URL of an init, "" if there is none. nullptr: nothing
// decides.
const proto::ConnectionProfile* chosen_profile(const proto::VirtualHost& host, std::string_view target,
                                               std::string_view group_access, std::string_view group_select);
// nullptr: the path is no group URL.
const proto::ConnectionProfile* profile_of_url(const proto::VirtualHost& host, std::string_view target);

// The path that a login is at: the group URL that the user asked for, if only group_access tells it.
std::string login_path(const proto::VirtualHost& host, std::string_view target,
                       std::string_view group_access);

// Whether the user could take another group at this URL: there is one, and no group URL decides.
bool offers_groups(const proto::VirtualHost& host, const proto::ConnectionProfile& profile,
                   const store::Dialogue& login);

// Asks for what the login owes next: user name and password, a one-time password as a challenge, or, if it
// owes nothing, the group alone. The list of group aliases comes with it until the user has answered a form,
// unless a group URL has decided. Posted to the URL that was asked for (login.path).
proto::AuthForm form_for(const proto::VirtualHost& host, const proto::ConnectionProfile& profile,
                         const store::Dialogue& login);

// The client shall come back with a certificate, on a new TLS session. Version 2 only.
proto::AuthForm certificate_request(const proto::ConnectionProfile& profile, const store::Dialogue& login);
// What it gave proves nobody, and why. Where there is a choice of groups it may make another.
proto::AuthForm certificate_refusal(const proto::VirtualHost& host, const proto::ConnectionProfile& profile,
                                    const store::Dialogue& login, std::string_view why);

// The user had proven all, but has as many sessions as the policy allows: `login` begins anew.
proto::AuthForm session_limit_refusal(const proto::VirtualHost& host, const proto::ConnectionProfile& profile,
                                      const store::Dialogue& login);

}  // namespace sallyport::gateway
