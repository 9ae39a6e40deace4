#include "client/form_answers.hpp"

#include <algorithm>

#include "client/terminal_text.hpp"

namespace sallyport::client {

namespace {

using proto::AuthField;
using Type = AuthField::Type;

std::optional<Secret> known_answer(const proto::AuthForm& form, const AuthField& field,
                                   const std::string& group, const ConnectOptions& options) {
  if (field.type == Type::select && field.name == proto::group_field) return Secret(group);
  if (const auto* entry = find_entry(options, form, field.name)) return Secret(entry->value);
  if (field.type == Type::hidden) return Secret(field.value);
  if (field.type == Type::text && field.name == "username" && !options.user.empty()) {
    return Secret(options.user);
  }
  const bool only_one = field.type == Type::select && field.options.size() == 1;
  if (only_one) return Secret(field.options.front().value);
  return std::nullopt;
}

bool is_repetition(const proto::FormField& answer) {
  return answer.name == "verify_password" || answer.name == "verify_pin";
}

}  // namespace

const FormEntry* find_entry(const ConnectOptions& options, const proto::AuthForm& form,
                            std::string_view name) {
  const auto found = std::ranges::find_if(options.form_entries, [&](const FormEntry& entry) {
    return entry.form == form.id && entry.name == name;
  });
  return found == options.form_entries.end() ? nullptr : &*found;
}

Result<std::vector<FieldPlan>> plan_answers(const proto::AuthForm& form, const std::string& group,
                                            const ConnectOptions& options) {
  std::vector<FieldPlan> plan;
  for (const auto& field : form.fields) {
    if (!form.is_asked(field, group)) continue;
    if (field.type == Type::sso) {
      return fail(ErrorKind::unsupported,
                  "the gateway asks for a login in a web browser, which is not built yet");
    }
    plan.push_back({&field, known_answer(form, field, group, options)});
  }
  return plan;
}

std::string names_of(const AuthField& list, std::string_view separator) {
  std::string names;
  for (const auto& option : list.options) {
    if (!names.empty()) names += separator;
    names += terminal_line(option.label);
  }
  return names;
}

std::string question_of(const AuthField& field) {
  auto question = terminal_line(field.shown_label());
  if (field.type != Type::select) return question;
  return question + " [" + names_of(field, "|") + "] (" + terminal_line(field.selected_option()->label) + ')';
}

std::optional<Secret> value_in(const AuthField& list, const Secret& answer) {
  const auto* option = answer.empty() ? list.selected_option() : list.find_option(answer.reveal_text());
  return option == nullptr ? std::nullopt : std::optional<Secret>(option->value);
}

const Secret* answer_to(const std::vector<proto::FormField>& answers, std::string_view name) {
  const auto found = std::ranges::find(answers, name, &proto::FormField::name);
  return found == answers.end() ? nullptr : &found->value;
}

bool repetition_differs(const std::vector<proto::FormField>& answers) {
  const auto* wanted = answer_to(answers, "new_password");
  if (wanted == nullptr) return false;
  return std::ranges::any_of(answers, [&](const proto::FormField& answer) {
    return is_repetition(answer) && !(answer.value == *wanted);
  });
}

std::string words_of(const proto::AuthForm& form) {
  auto words = form.error ? form.error->filled() : form.message.filled();
  const auto last = words.find_last_not_of(" \t\r\n.");
  words.resize(last == std::string::npos ? 0 : last + 1);
  return terminal_line(words);
}

}  // namespace sallyport::client
