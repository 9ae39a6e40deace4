#include "proto/auth_form.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace sallyport::proto {

namespace {

using Type = AuthField::Type;

struct TypeName {
  std::string_view name;
  Type type;
};

constexpr std::array<TypeName, 4> input_types = {
    {{"text", Type::text}, {"password", Type::password}, {"hidden", Type::hidden}, {"sso", Type::sso}}};

bool is_set(const xml::Element& element, std::string_view attribute) {
  const auto value = element.attribute(attribute);
  return value == "1" || value == "true";
}

std::optional<std::string_view> if_set(bool set, std::string_view text) {
  return set ? std::optional(text) : std::nullopt;
}

FormOption read_option(const xml::Element& element) {
  FormOption option;
  option.label = element.token();
  option.value = element.attribute("value").value_or(option.label);
  option.selected = is_set(element, "selected");
  option.second_auth = is_set(element, "second-auth");
  option.no_aaa = is_set(element, "noaaa");
  option.auth_type = element.attribute_or_empty("auth-type");
  option.secondary_username = element.attribute_or_empty("secondary_username");
  option.secondary_username_editable = is_set(element, "secondary_username_editable");
  option.override_name = element.attribute_or_empty("override-name");
  option.override_label = element.attribute_or_empty("override-label");
  return option;
}

void write_option(xml::Writer& out, const FormOption& option) {
  using xml::unless_empty;
  out.leaf("option", option.label,
           {{"value", if_set(option.value != option.label, option.value)},
            {"selected", if_set(option.selected, "true")},
            {"second-auth", if_set(option.second_auth, "1")},
            {"noaaa", if_set(option.no_aaa, "1")},
            {"auth-type", unless_empty(option.auth_type)},
            {"secondary_username", unless_empty(option.secondary_username)},
            {"secondary_username_editable", if_set(option.secondary_username_editable, "true")},
            {"override-name", unless_empty(option.override_name)},
            {"override-label", unless_empty(option.override_label)}});
}

// Empty where the client has nothing to do with it: buttons, unknown types, no usable name, no options.
std::optional<AuthField> read_field(const xml::Element& element) {
  AuthField field;
  field.name = element.attribute_or_empty("name");
  field.label = element.attribute_or_empty("label");
  field.second_auth = is_set(element, "second-auth");
  if (!xml::is_name(field.name)) return std::nullopt;
  if (element.name() == "select") {
    field.type = Type::select;
    for (const auto& option : element.children("option")) field.options.push_back(read_option(option));
    return field.options.empty() ? std::nullopt : std::optional(field);
  }
  const auto type = element.attribute_or_empty("type");
  const auto known = std::ranges::find(input_types, type, &TypeName::name);
  if (element.name() != "input" || known == input_types.end()) return std::nullopt;
  field.type = known->type;
  if (field.type == Type::hidden) field.value = element.attribute_or_empty("value");
  return field;
}

void write_field(xml::Writer& out, const AuthField& field) {
  const auto label = xml::unless_empty(field.label);
  const auto second_auth = if_set(field.second_auth, "1");
  if (field.type == Type::select) {
    if (field.options.empty()) return;
    out.open("select", {{"name", field.name}, {"label", label}, {"second-auth", second_auth}});
    for (const auto& option : field.options) write_option(out, option);
    out.close();
    return;
  }
  const auto type = std::ranges::find(input_types, field.type, &TypeName::type);
  out.leaf("input", "",
           {{"type", type->name},
            {"name", field.name},
            {"label", label},
            {"value", if_set(field.type == Type::hidden, field.value)},
            {"second-auth", second_auth}});
}

Result<void> read_auth(AuthForm& form, const xml::Element& auth) {
  form.id = auth.attribute_or_empty("id");
  form.title = auth.child("title").text();
  form.message = Notice::read(auth.child("message"));
  form.banner = Notice::read(auth.child("banner"));
  if (const auto error = auth.child("error")) form.error = Notice::read(error);
  form.authentication_complete = static_cast<bool>(auth.child("authentication-complete"));
  const auto element = auth.child("form");
  if (!element) return {};
  form.has_form = true;
  if (!equals_ignoring_case(element.attribute("method").value_or("post"), "post"))
    return fail(ErrorKind::unsupported, "the gateway's form is not sent by POST");
  form.action = element.attribute_or_empty("action");
  for (const auto& child : element.children()) {
    if (auto field = read_field(child)) form.fields.push_back(std::move(*field));
  }
  return {};
}

void write_auth(xml::Writer& out, const AuthForm& form) {
  out.open("auth", {{"id", form.id}});
  out.leaf_unless_empty("title", form.title);
  if (!form.message.empty()) form.message.write(out, "message");
  if (!form.banner.empty()) form.banner.write(out, "banner");
  if (form.error) form.error->write(out, "error");
  if (form.authentication_complete) out.flag("authentication-complete");
  if (form.has_form) {
    out.open("form", {{"method", "post"}, {"action", xml::unless_empty(form.action)}});
    for (const auto& field : form.fields) write_field(out, field);
    out.close();
  }
  out.close();
}

}  // namespace

const FormOption* AuthField::find_option(std::string_view answer) const {
  auto found = std::ranges::find(options, answer, &FormOption::value);
  if (found == options.end()) found = std::ranges::find(options, answer, &FormOption::label);
  return found == options.end() ? nullptr : &*found;
}

const FormOption* AuthField::selected_option() const {
  if (options.empty()) return nullptr;
  const auto found = std::ranges::find(options, true, &FormOption::selected);
  return found == options.end() ? &options.front() : &*found;
}

void AuthField::select(std::string_view wanted) {
  for (auto& option : options) option.selected = option.value == wanted;
  std::ranges::stable_partition(options, &FormOption::selected);
}

const AuthField* AuthForm::find(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &AuthField::name);
  return found == fields.end() ? nullptr : &*found;
}

const AuthField* AuthForm::groups() const {
  const auto* field = find(group_field);
  return field != nullptr && field->type == Type::select && !field->options.empty() ? field : nullptr;
}

bool AuthForm::is_asked(const AuthField& field, std::string_view group) const {
  if (field.type == Type::select) return true;
  const auto* list = groups();
  const auto* option = list ? list->find_option(group) : nullptr;
  if (option && option->no_aaa) return false;
  return !field.second_auth || (option && option->second_auth);
}

Result<AuthForm> AuthForm::parse(std::string_view body) {
  const auto document = TRY(xml::Document::parse(body));
  const auto root = TRY(document->root("config-auth"));
  AuthForm form;
  form.id.clear();
  form.aggregate_version = read_aggregate_version(root);
  form.opaque = root.child("opaque").raw();
  form.client_cert_request = static_cast<bool>(root.child("client-cert-request"));
  if (const auto auth = root.child("auth"); !auth.attribute_or_empty("id").empty())
    TRY(read_auth(form, auth));
  if (const auto error = root.child("error"); error && !form.error) form.error = Notice::read(error);
  if (form.id.empty() && !form.client_cert_request)
    return fail(ErrorKind::malformed, "the gateway's answer has no <auth> element with an id");
  return form;
}

std::string AuthForm::serialize() const {
  xml::Writer out;
  open_config_auth(out, "auth-request", aggregate_version);
  out.raw(opaque);
  if (client_cert_request) out.flag("client-cert-request");
  if (!id.empty()) {
    write_auth(out, *this);
  } else if (error) {
    error->write(out, "error");
  }
  return out.take();
}

Result<AuthForm> AuthForm::parse_v1(std::string_view body) {
  const auto document = TRY(xml::Document::parse(body));
  AuthForm form;
  form.aggregate_version = 0;
  TRY(read_auth(form, TRY(document->root("auth"))));
  if (form.id.empty()) return fail(ErrorKind::malformed, "the gateway's <auth> element has no id");
  return form;
}

std::string AuthForm::serialize_v1() const {
  xml::Writer out;
  write_auth(out, *this);
  return out.take();
}

}  // namespace sallyport::proto
