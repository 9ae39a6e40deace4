// Values of options that have a form of their own.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/options.hpp"

namespace sallyport::client {

// "main:group_list=staff". malformed: no form or no name; the value may be empty.
Result<FormEntry> parse_form_entry(std::string_view text);

}  // namespace sallyport::client
