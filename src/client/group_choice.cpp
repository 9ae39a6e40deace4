#include "client/group_choice.hpp"

#include "client/form_answers.hpp"
#include "client/terminal_text.hpp"

namespace sallyport::client {

Result<const proto::FormOption*> find_group(const proto::AuthField& groups, std::string_view wanted) {
  if (const auto* option = groups.find_option(wanted)) return option;
  return fail(ErrorKind::unavailable, "the gateway has no group \"" + terminal_line(wanted) +
                                          "\"; it offers " + names_of(groups, ", "));
}

std::string group_question(const proto::AuthField& groups) {
  const auto label = groups.label.empty() ? "Group:" : terminal_line(groups.label);
  const auto without_colon = label.substr(0, label.find_last_not_of(": ") + 1);
  return without_colon + " [" + names_of(groups, "|") + "] (" +
         terminal_line(groups.selected_option()->label) + "):";
}

std::string wanted_group(const proto::AuthForm& form, const ConnectOptions& options) {
  if (!options.group.empty()) return options.group;
  const auto* entry = find_entry(options, form, proto::group_field);
  return entry == nullptr ? "" : entry->value;
}

}  // namespace sallyport::client
