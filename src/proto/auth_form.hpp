// <config-auth type="auth-request">: the gateway's form (phases 2 and 3): group selection, user name,
// password, challenge, or the wish for a client certificate. Also the bare <auth> document of version 1.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/config_auth.hpp"
#include "proto/form_encoding.hpp"
#include "proto/notice.hpp"

namespace sallyport::proto {

// The field that openconnect's and our own software tokens fill.
constexpr std::string_view otp_field = "secondary_password";

// An entry of a select; the attributes after `selected` are ASA's.
struct FormOption {
  std::string value;  // what the client sends; on the wire only where it is not the label
  std::string label;
  bool selected = false;
  bool second_auth = false;  // this group asks a second authentication server too
  bool no_aaa = false;       // certificate only: the form's other fields are not asked
  std::string auth_type;
  std::string secondary_username;
  bool secondary_username_editable = false;
  std::string override_name;  // the secondary password field is shown under another name and label
  std::string override_label;

  bool operator==(const FormOption&) const = default;
};

struct AuthField {
  enum class Type { text, password, hidden, sso, select };

  Type type = Type::text;
  std::string name;
  std::string label;
  std::string value;                // hidden fields only
  bool second_auth = false;         // asked only if the selected group has second_auth
  std::vector<FormOption> options;  // select only, at least one

  bool operator==(const AuthField&) const = default;

  std::string shown_label() const { return label.empty() ? name + ':' : label; }
  // The option that a client's answer means: by value, then by label (AnyConnect sends the label).
  const FormOption* find_option(std::string_view answer) const;
  // The option marked as selected, else the first.
  const FormOption* selected_option() const;
  // Marks this option, and moves it to the front: some clients take the first, others the marked one.
  void select(std::string_view value);
};

struct AuthForm {
  int aggregate_version = aggregate_version_2;
  std::string opaque;  // an element as text, verbatim; empty: none
  bool client_cert_request = false;
  std::string id = "main";  // main, challenge, passwd …; empty: no <auth> at all
  std::string title;
  Notice message;
  Notice banner;
  std::optional<Notice> error;
  bool authentication_complete = false;  // the client posts an empty auth-reply
  bool has_form = false;
  std::string action;  // where the client posts; empty: where it posted before
  std::vector<AuthField> fields;

  bool operator==(const AuthForm&) const = default;

  const AuthField* find(std::string_view name) const;
  // The list of groups, with one option at least; null: there is none, or its field is no list.
  const AuthField* groups() const;
  // Whether the client asks this field, given the group chosen in group_list.
  bool is_asked(const AuthField& field, std::string_view group) const;

  // As liberal as the stock clients: any type, unknown elements ignored. malformed: neither an <auth> with an
  // id nor <client-cert-request>; unsupported: a form that is not posted.
  static Result<AuthForm> parse(std::string_view body);
  std::string serialize() const;

  // The bare document for and from gateways and clients of version 1: no frame, no opaque.
  static Result<AuthForm> parse_v1(std::string_view body);
  std::string serialize_v1() const;
};

}  // namespace sallyport::proto
