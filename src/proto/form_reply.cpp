#include "proto/form_reply.hpp"

#include <algorithm>

namespace sallyport::proto {

const Secret* FormReply::find(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &FormField::name);
  return found == fields.end() ? nullptr : &found->value;
}

Result<FormReply> FormReply::parse(std::string_view body) {
  FormReply reply;
  reply.fields = TRY(parse_form(body));
  std::erase_if(reply.fields, [&](const FormField& field) {
    if (field.name != group_field) return false;
    reply.group = field.value.reveal_text();
    return true;
  });
  return reply;
}

std::string FormReply::serialize() const {
  auto all = fields;
  if (!group.empty()) all.insert(all.begin(), {std::string(group_field), Secret(group)});
  return serialize_form(all);
}

}  // namespace sallyport::proto
