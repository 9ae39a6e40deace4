#include "proto/auth_reply.hpp"

#include <algorithm>
#include <array>

namespace sallyport::proto {

namespace {

constexpr std::array<std::string_view, 3> sent_as_password = {"answer", "whichpin", "new_password"};
constexpr std::array<std::string_view, 2> not_sent = {"verify_pin", "verify_password"};

bool contains(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

void AuthReply::answer(std::string_view field, const Secret& value) {
  if (field == group_field) {
    group_select = value.reveal_text();
  } else if (contains(sent_as_password, field)) {
    fields.push_back({"password", value});
  } else if (!contains(not_sent, field) && xml::is_name(field)) {
    fields.push_back({std::string(field), value});
  }
}

const Secret* AuthReply::find(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &FormField::name);
  return found == fields.end() ? nullptr : &found->value;
}

Result<AuthReply> AuthReply::parse(std::string_view body) {
  const auto document = TRY(parse_config_auth(body, "auth-reply"));
  const auto root = document->root();
  AuthReply reply;
  reply.client = ClientInfo::read(root);
  reply.opaque = root.child("opaque").raw();
  for (const auto& field : root.child("auth").children())
    reply.fields.push_back({field.name(), Secret(field.text())});
  reply.group_select = root.child("group-select").token();
  return reply;
}

std::string AuthReply::serialize() const {
  xml::Writer out;
  open_config_auth(out, "auth-reply", client.aggregate_version);
  client.write(out);
  out.raw(opaque);
  out.open("auth");
  for (const auto& [name, value] : fields) {
    if (xml::is_name(name)) out.leaf(name, value.reveal_text());
  }
  out.close();
  out.leaf_unless_empty("group-select", group_select);
  return out.take();
}

}  // namespace sallyport::proto
