#include "client/select_group.hpp"

#include "client/group_choice.hpp"
#include "client/open_login.hpp"
#include "client/terminal_text.hpp"
#include "proto/opaque.hpp"

namespace sallyport::client {

namespace {

using flow::FieldName;
using flow::Phase;
using flow::Step;

constexpr int max_changes = 5;

net::Task<const proto::FormOption*> choose(const proto::AuthForm& form, const proto::AuthField& groups,
                                           const Attempt& attempt) {
  const auto wanted = wanted_group(form, attempt.options);
  if (!wanted.empty()) co_return or_throw(find_group(groups, wanted));
  while (groups.options.size() > 1 && attempt.prompt.can_ask()) {
    attempt.record(
        Attempt::event(Phase::select_group, Step::asked).with(FieldName::message, proto::group_field));
    const auto answer = co_await attempt.prompt.ask(group_question(groups), Prompt::Echo::on);
    if (!answer || answer->empty()) break;
    const auto found = find_group(groups, answer->reveal_text());
    if (found) co_return *found;
    attempt.console.complain(found.error().text);
  }
  co_return groups.selected_option();
}

// What the flow calls the connection profile: its own name where the gateway tells it, else the group's.
std::string profile_of(const Login& login) {
  const auto opaque = proto::Opaque::parse(login.opaque);
  if (opaque && !opaque->tunnel_group.empty()) return opaque->tunnel_group;
  return login.group;
}

void check_that_a_group_counts(const Login& login, const Attempt& attempt) {
  const auto& wanted = attempt.options.group;
  if (wanted.empty() || login.form() == nullptr || !profile_of(login).empty()) return;
  attempt.console.complain("the gateway lists no groups; it may ignore --authgroup \"" +
                           terminal_line(wanted) + '"');
}

}  // namespace

net::Task<Login> select_group(HttpSession& session, const Attempt& attempt) {
  Login login;
  proto::AuthInit init;
  init.client = client_info(attempt.options);
  init.group_access = session.url().serialize();
  init.group_select = attempt.options.group;
  co_await open_login(session, login, init, attempt);
  for (int changes = 0; changes < max_changes; ++changes) {
    const auto* form = login.form();
    const auto* groups = form == nullptr ? nullptr : form->groups();
    if (groups == nullptr) break;
    if (login.group.empty()) {
      const auto* chosen = co_await choose(*form, *groups, attempt);
      login.group = chosen->value;
    }
    if (session.speaks_version_1()) break;  // it goes with the answers
    const auto* selected = groups->selected_option();
    if (selected->value == login.group || groups->find_option(login.group) == nullptr) break;
    init.group_select = login.group;
    co_await open_login(session, login, init, attempt);
  }
  check_that_a_group_counts(login, attempt);
  auto finished = Attempt::event(Phase::select_group, Step::finished);
  const auto profile = profile_of(login);
  if (!profile.empty()) finished.with(FieldName::connection_profile, profile);
  attempt.record(finished);
  co_return login;
}

}  // namespace sallyport::client
