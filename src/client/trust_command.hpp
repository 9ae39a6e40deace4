// `sallyport trust`: shows and takes back what --allow-untrusted allowed.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sallyport::client {

Result<void> list_trust();
Result<void> remove_trust(const std::string& gateway);  // HOST[:PORT]; unavailable: it is not in the list

}  // namespace sallyport::client
