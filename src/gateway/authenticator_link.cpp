#include "gateway/authenticator_link.hpp"

#include <optional>

#include "base/log.hpp"
#include "gateway/next_message.hpp"
#include "net/signal.hpp"
#include "sys/message_socket.hpp"

namespace sallyport::gateway {

namespace {

using Outcome = proto::AuthenticatorAnswer::Outcome;
using Unavailable = proto::AuthenticatorAnswer::Unavailable;

// Above the authenticator's own limits for a slow back end.
constexpr std::chrono::seconds answer_limit{40};

// One question of one control thread. Its answer arrives there by a posted call, so nothing is shared.
struct Question {
  explicit Question(const net::Executor& executor) : answered(executor) {}
  net::Signal answered;
  std::optional<Outcome> outcome;

  void give(Outcome given) {
    if (outcome) return;
    outcome = std::move(given);
    answered.notify();
  }
};

}  // namespace

net::Task<Outcome> AuthenticatorLink::ask(proto::AuthenticatorRequest request) {
  const auto executor = co_await net::this_executor();
  const auto question = std::make_shared<Question>(executor);
  net::post(owner_, [this, request = std::move(request), executor, question]() mutable {
    send(std::move(request), [executor, question](Outcome outcome) {
      net::post(executor,
                [question, outcome = std::move(outcome)]() mutable { question->give(std::move(outcome)); });
    });
  });
  const net::Alarm limit(executor, answer_limit,
                         [question] { question->give(Unavailable{"the authenticator does not answer"}); });
  while (!question->outcome) co_await question->answered.wait();
  co_return std::move(*question->outcome);
}

void AuthenticatorLink::use(Descriptor socket) {
  close();
  or_throw(sys::set_non_blocking(socket.number()));
  socket_ = std::make_shared<net::Socket>(owner_, std::move(socket));
  net::spawn(owner_, read_answers(socket_), [this, reader = socket_](const Error& error) {
    if (socket_ != reader) return;  // an earlier authenticator's
    log::warning("the authenticator is gone: " + error.text);
    socket_.reset();
    fail_all("the authenticator is being restarted");
  });
  for (auto& waiting : std::exchange(waiting_, {})) {
    if (std::chrono::steady_clock::now() - waiting.since > answer_limit) continue;  // told of it already
    send(std::move(waiting.request), std::move(waiting.reply));
  }
}

void AuthenticatorLink::close() {
  if (socket_) std::exchange(socket_, nullptr)->abort();
  fail_all("the authenticator was replaced");
}

void AuthenticatorLink::send(proto::AuthenticatorRequest request, Reply reply) {
  if (socket_) {
    request.id = next_id_++;
    auto bytes = request.serialize();
    if (!bytes) return reply(Unavailable{bytes.error().text});
    const auto sent = sys::send_message(socket_->number(), *bytes);
    wipe(*bytes);  // it holds a password
    if (sent) {
      open_.emplace(request.id, std::move(reply));
      return;
    }
    if (sent.error().kind != ErrorKind::closed) {
      return reply(Unavailable{"the authenticator takes no request: " + sent.error().text});
    }
  }
  waiting_.push_back({std::move(request), std::move(reply), std::chrono::steady_clock::now()});
}

net::Task<void> AuthenticatorLink::read_answers(std::shared_ptr<net::Socket> socket) {
  for (;;) {
    const auto message = co_await next_message(*socket);
    auto parsed = or_throw(proto::AuthenticatorAnswer::parse(message.bytes));
    answer(parsed.id, std::move(parsed.outcome));
  }
}

void AuthenticatorLink::answer(std::uint64_t id, Outcome outcome) {
  if (auto found = open_.extract(id)) found.mapped()(std::move(outcome));
}

void AuthenticatorLink::fail_all(const std::string& why) {
  for (auto& [id, reply] : std::exchange(open_, {})) reply(Unavailable{why});
}

}  // namespace sallyport::gateway
