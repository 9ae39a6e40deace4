// How each field of a form gets its answer (phase 3): from the form itself, from the command line, or by
// asking. Decided here without asking anybody.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "client/options.hpp"
#include "proto/auth_form.hpp"
#include "proto/auth_reply.hpp"

namespace sallyport::client {

// A field that is to be answered, in the form's order.
struct FieldPlan {
  const proto::AuthField* field = nullptr;
  std::optional<Secret> known;  // none: ask, a password without echo
};

// `group` is the value chosen in phase 2. Fields that do not belong to that group are left out. unsupported:
// a field of a kind that we cannot answer.
Result<std::vector<FieldPlan>> plan_answers(const proto::AuthForm& form, const std::string& group,
                                            const ConnectOptions& options);

// The --form-entry for this field of this form; null: none.
const FormEntry* find_entry(const ConnectOptions& options, const proto::AuthForm& form,
                            std::string_view name);

// The entries of a list as the user knows them, fit for a terminal.
std::string names_of(const proto::AuthField& list, std::string_view separator);

// "Password:", with the entries of a list, fit for a terminal.
std::string question_of(const proto::AuthField& field);

// What an answer to a list means: the value of the entry, of the selected one if it is empty. Nothing: no
// such entry.
std::optional<Secret> value_in(const proto::AuthField& list, const Secret& answer);

// Null: that field was not answered.
const Secret* answer_to(const std::vector<proto::FormField>& answers, std::string_view name);

// A new password or PIN and its repetition (verify_password, verify_pin) differ. Comparing them is the
// client's affair: version 2 of the login sends one only, version 1 both.
bool repetition_differs(const std::vector<proto::FormField>& answers);

// Why the gateway turned an answer down, or what it asks for: its error, else its message, on one line.
std::string words_of(const proto::AuthForm& form);

}  // namespace sallyport::client
