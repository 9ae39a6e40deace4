// crypt(3) of libxcrypt: the hashes of the password file. Hashing takes tens of milliseconds by intent, so
// it is called on a back end's own thread or in the admin tool, nowhere else.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace sallyport::auth {

// A hash of the form $id$… whose method this system's crypt(3) knows. The two old forms without '$' are
// refused: any word of two letters would pass for one.
bool is_supported_hash(std::string_view hash);

// The hash of a password under a setting, which may be another hash: its method, cost and salt are taken.
// denied: a password that no hash stands for (more than 511 bytes, or a zero byte within).
Result<Secret> crypt_hash(const Secret& password, std::string_view setting);

// A new hash with a salt of its own: yescrypt at the cost libxcrypt recommends.
Result<Secret> new_hash(const Secret& password);

}  // namespace sallyport::auth
