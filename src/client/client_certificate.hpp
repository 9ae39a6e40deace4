// The user's own certificate: loaded from the files of --certificate and --sslkey before phase 1, and what a
// gateway says about it by ending the connection.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "client/console.hpp"
#include "client/options.hpp"
#include "client/prompt.hpp"
#include "client/user_files.hpp"
#include "tls/certificate.hpp"
#include "tls/connection.hpp"

namespace sallyport::client {

// None, where none was named. Asks for the passphrase of an encrypted key that came without one, and at a
// terminal again after a wrong one; warns of a certificate that is, or soon will be, out of date. Throws
// Failure.
net::Task<std::vector<tls::KeyPair>> load_client_certificate(const UserFiles& files,
                                                             const ConnectOptions& options, Prompt& prompt,
                                                             const Console& console);

// "has expired on 2026-05-01", "is not valid before 2026-07-01" or, within 60 days, "expires on 2026-06-30";
// empty: nothing to tell.
std::string validity_warning(std::chrono::sys_seconds not_before, std::chrono::sys_seconds not_after,
                             std::chrono::sys_seconds now);

// Throws Ended (login_failed) if `why`, which ended the connection before its first reply, has most likely to
// do with the client's certificate: the gateway asked for one, and in TLS 1.3 ocserv has no other way to
// refuse it, or that there is none.
void check_own_certificate(const tls::Connection& connection, const Error& why,
                           const ConnectOptions& options);

}  // namespace sallyport::client
