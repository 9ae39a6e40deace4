#include "client/group_choice.hpp"

#include "client/terminal_text.hpp"

namespace sallyport::client {

namespace {

std::string names_of(const proto::AuthField& groups, std::string_view separator) {
  std::string names;
  for (const auto& option : groups.options) {
    if (!names.empty()) names += separator;
    names += terminal_line(option.label);
  }
  return names;
}

}  // namespace

Result<const proto::FormOption*> find_group(const proto::AuthField& groups, std::string_view wanted) {
  if (const auto* option = groups.find_option(wanted)) return option;
  return fail(ErrorKind::unavailable, "the gateway has no group \"" + terminal_line(wanted) +
                                          "\"; it offers " + names_of(groups, ", "));
}

std::string group_question(const proto::AuthField& groups) {
  const auto label = groups.label.empty() ? "Group:" : terminal_line(groups.label);
  const auto without_colon = label.substr(0, label.find_last_not_of(": ") + 1);
  const auto* selected = groups.selected_option();
  return without_colon + " [" + names_of(groups, "|") + "] (" +
         (selected == nullptr ? "" : terminal_line(selected->label)) + "):";
}

std::string wanted_group(const proto::AuthForm& form, const ConnectOptions& options) {
  if (!options.group.empty()) return options.group;
  for (const auto& entry : options.form_entries) {
    if (entry.form == form.id && entry.name == proto::group_field) return entry.value;
  }
  return "";
}

}  // namespace sallyport::client
