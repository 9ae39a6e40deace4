// The version 1 answer to a form (phase 3): url-encoded fields under their own names. Old clients send it,
// and the gateway accepts it from anyone; our client sends it to gateways that know no version 2.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/form_encoding.hpp"

namespace sallyport::proto {

struct FormReply {
  std::string group;              // group_list; empty: none
  std::vector<FormField> fields;  // all others

  bool operator==(const FormReply&) const = default;

  const Secret* find(std::string_view name) const;

  static Result<FormReply> parse(std::string_view body);
  std::string serialize() const;
};

}  // namespace sallyport::proto
