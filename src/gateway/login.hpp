// A login between the requests of phases 2 and 3: how it is found again, and what each answer of the gateway
// carries along.
#pragma once

#include <string>
#include <string_view>

#include "gateway/caller.hpp"
#include "gateway/replies.hpp"
#include "proto/http.hpp"

namespace sallyport::gateway {

// The login that a request belongs to, by its cookie or by the opaque handle; else a new one. Nothing is lost
// but a beginning where a client has forgotten both. `phase`: the one that asks, for the trace.
store::Dialogue login_of(const Caller& caller, const proto::HttpRequest& request, std::string_view opaque,
                         flow::Phase phase);

// An event of phase 2 or 3 that says which login it belongs to.
flow::Event login_event(const Caller& caller, flow::Phase phase, flow::Step step,
                        const store::Dialogue& login);
// An answer to a form, or a certificate, proves what was asked for.
void record_accepted(const Caller& caller, const store::Dialogue& login, proto::AuthMethod method);

// A form, with the cookie that finds the login again.
proto::HttpReply next_form(const Caller& caller, proto::AuthForm form, const store::Dialogue& login,
                           Dialect dialect);
std::string forget_login_cookie();
// When save() says that somebody else has changed or ended the login meanwhile.
proto::HttpReply login_in_use();

inline constexpr int most_failures = 3;
// The login goes on with this form, or has ended: this was the last of its tries. Logs as log_refusal does.
proto::HttpReply refuse(const Caller& caller, const store::Dialogue& login, std::string_view user,
                        std::string_view why, proto::AuthForm form, Dialect dialect);

// For the log: whom the client called itself (may be empty), and why not.
void log_refusal(const Caller& caller, const store::Dialogue& login, std::string_view user,
                 std::string_view reason);

}  // namespace sallyport::gateway
