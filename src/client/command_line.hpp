// Values of options that have a form of their own.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/options.hpp"

namespace sallyport::client {

// "main:group_list=staff". malformed: no form or no name; the value may be empty.
Result<FormEntry> parse_form_entry(std::string_view text);

// "totp", "hotp". unsupported: a token that we don't have.
Result<std::string> parse_token_mode(std::string_view text);
// A secret, or @FILE, or a path that begins with '/': the file that it stands in.
void set_token_secret(ConnectOptions& options, std::string_view text);

// "NAME:NAME": a list for X-DTLS-CipherSuite, and for X-DTLS12-CipherSuite. unsupported: no suite of that
// name.
Result<std::vector<std::string>> parse_dtls_ciphers(std::string_view text);
Result<std::vector<std::string>> parse_dtls12_ciphers(std::string_view text);

}  // namespace sallyport::client
