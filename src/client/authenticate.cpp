#include "client/authenticate.hpp"

#include <chrono>

#include "client/form_answers.hpp"
#include "client/terminal_text.hpp"
#include "client/token_field.hpp"

namespace sallyport::client {

namespace {

using flow::FieldName;
using flow::Phase;
using flow::Step;
using Type = proto::AuthField::Type;

constexpr int max_rounds = 100;

struct Answers {
  std::vector<proto::FormField> fields;  // in the form's order
  bool asked = false;                    // somebody gave one of them, or stdin did
  bool password = false;                 // there is a password among them,
  bool code = false;                     // or a code of the software token
};

// A form of the gateway's, and what came before it.
struct Round {
  proto::AuthForm form;
  LoginHistory past;
  int number = 0;          // the first is 1
  bool held_back = false;  // there is a token, and it does not answer this password
};

// With the gateway's words once it has refused something (ocserv says so in the message).
Ended login_failed(const Round& round, std::string why) {
  if (round.held_back) why += "; the token was not used, for the gateway seems to ask for the password again";
  const auto words = round.form.error || round.number > 1 ? words_of(round.form) : std::string();
  return {ExitCode::login_failed, {ErrorKind::denied, words.empty() ? why : words + " (" + why + ")"}};
}

void show(const proto::AuthForm& form, const Attempt& attempt) {
  attempt.console.quote(form.banner.filled());
  attempt.console.quote(form.message.filled());
  if (form.error) attempt.console.quote(form.error->filled());
}

// The user's name of the last time, which Enter takes. "Username:" becomes "Username [alice]:".
std::string proposal_for(const proto::AuthField& field, const Attempt& attempt) {
  return field.type == Type::text && field.name == "username" ? attempt.default_user : std::string();
}

std::string with_proposal(std::string question, const std::string& proposal) {
  if (proposal.empty()) return question;
  question.erase(question.find_last_not_of(": ") + 1);
  return question + " [" + terminal_line(proposal) + "]:";
}

net::Task<Secret> ask(const Round& round, const proto::AuthField& field, const Attempt& attempt) {
  attempt.record(Attempt::event(Phase::authenticate, Step::asked).with(FieldName::message, field.name));
  auto& prompt = attempt.prompt;
  for (;;) {
    std::optional<Secret> answer;
    if (field.type == Type::password) {
      answer = co_await prompt.secret(question_of(field));
    } else if (prompt.can_ask()) {
      const auto proposal = proposal_for(field, attempt);
      answer = co_await prompt.ask(with_proposal(question_of(field), proposal), Prompt::Echo::on);
      if (answer && answer->empty() && !proposal.empty()) answer = Secret(proposal);
    } else if (field.type == Type::select) {
      answer.emplace();  // the selected entry
    }
    if (!answer) {
      const bool stdin_ended = field.type == Type::password && prompt.secrets_on_stdin();
      throw login_failed(round, stdin_ended ? "standard input has no further password"
                                            : "the gateway asks for " + terminal_line(field.name) +
                                                  ", and there is nobody to answer");
    }
    if (field.type != Type::select) co_return *answer;
    const auto value = value_in(field, *answer);
    if (value) co_return *value;
    attempt.console.complain("there is no such entry");
  }
}

// The code of the software token, or of the person, where it has none that was not given yet.
net::Task<Secret> code_for(const Round& round, const proto::AuthField& field, Answers& answers,
                           const Attempt& attempt) {
  answers.code = true;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto code = attempt.token->next_code(now);
  const auto counter = attempt.token->next_counter();
  // Before the code leaves: one that is lost on the way is better than one that is given twice.
  if (code && counter && !attempt.options.token_file.empty()) attempt.front.advance_token(*counter);
  if (code) co_return std::move(*code);
  const bool refused = round.past.code_given && repeats(round.form, round.past);
  const std::string why = refused ? "the code of the token was refused" : "the token has no further code yet";
  if (!attempt.prompt.can_ask() || attempt.prompt.secrets_on_stdin()) throw login_failed(round, why);
  attempt.console.complain(why);
  answers.asked = true;
  auto answer = co_await ask(round, field, attempt);
  co_return answer;
}

net::Task<Answers> fill(const Round& round, const std::string& group, const Attempt& attempt) {
  const auto plan = or_throw(plan_answers(round.form, group, attempt.options));
  const auto* for_token = attempt.token == nullptr ? nullptr : token_field(round.form, group, round.past);
  for (;;) {
    Answers answers;
    for (const auto& [field, known] : plan) {
      proto::FormField answer{field->name, known.value_or(Secret())};
      const bool by_token = !known && field == for_token;
      if (by_token) {
        answer.value = co_await code_for(round, *field, answers, attempt);
      } else if (!known) {
        answer.value = co_await ask(round, *field, attempt);
        answers.asked = true;
      }
      if (field->type == Type::password && !by_token) answers.password = true;
      answers.fields.push_back(std::move(answer));
    }
    if (!repetition_differs(answers.fields)) co_return answers;
    attempt.console.complain("the repetition differs from the new password");
    if (!answers.asked) throw login_failed(round, "two entries given for it contradict each other");
  }
}

void check_answerable(const Round& round, const ConnectOptions& options) {
  const auto& form = round.form;
  if (form.has_form || form.authentication_complete) return;
  if (form.client_cert_request) {
    const auto words = words_of(form);
    auto text =
        options.certificate.empty()
            ? std::string("the gateway asks for a client certificate (--certificate)")
            : "the gateway does not accept the client certificate " + terminal_line(options.certificate);
    if (!words.empty()) text += ": " + words;
    throw Ended(ExitCode::login_failed, {ErrorKind::denied, std::move(text)});
  }
  throw login_failed(round, "the gateway asks nothing further");
}

std::string reply_with(const Answers& answers, const Login& login, bool version_1,
                       const ConnectOptions& options) {
  if (version_1) return proto::FormReply{.group = {}, .fields = answers.fields}.serialize();
  proto::AuthReply reply;
  reply.client = client_info(options);
  reply.opaque = login.opaque;
  for (const auto& [name, value] : answers.fields) reply.answer(name, value);
  return reply.serialize();
}

}  // namespace

net::Task<Admission> authenticate(HttpSession& session, Login login, const Attempt& attempt) {
  std::string user;
  Answers last;
  Round round;
  while (login.complete() == nullptr) {
    round.form = *login.form();
    ++round.number;
    show(round.form, attempt);
    if (round.form.error) {
      attempt.record(
          Attempt::event(Phase::authenticate, Step::refused).with(FieldName::round, round.number - 1));
    }
    check_answerable(round, attempt.options);
    round.held_back = attempt.token != nullptr && is_held_back(round.form, login.group, round.past);
    auto answers = co_await fill(round, login.group, attempt);
    const bool again = round.number > 1 && !answers.asked && !answers.fields.empty();
    if (again && answers.fields == last.fields) throw login_failed(round, "the same answers were refused");
    if (round.number > max_rounds) throw login_failed(round, "the gateway does not stop asking");
    if (const auto* name = answer_to(answers.fields, "username")) user = name->reveal_text();
    auto reply = reply_with(answers, login, session.speaks_version_1(), attempt.options);
    login.code_given = answers.code;
    co_await converse(session, login, std::move(reply), attempt);
    round.past = {round.form, round.past.password_given || answers.password, answers.code};
    last = std::move(answers);
  }
  auto admission = or_throw(Admission::from(*login.complete(), session.cookies()));
  admission.user = user;
  admission.group = login.group;
  attempt.console.quote(admission.complete.banner.filled());
  attempt.console.quote(admission.complete.message.filled());
  auto finished = Attempt::event(Phase::authenticate, Step::finished);
  if (!user.empty()) finished.with(FieldName::user, user);
  if (round.number > 0) finished.with(FieldName::round, round.number);
  if (!admission.complete.session_id.empty()) {
    finished.with(FieldName::session, admission.complete.session_id);
  }
  attempt.record(finished);
  co_return admission;
}

}  // namespace sallyport::client
