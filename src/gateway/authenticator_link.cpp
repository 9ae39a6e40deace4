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
// A quarter of the authenticator's places.
constexpr std::size_t share_of_origin = 16;

}  // namespace

// Its answer arrives in its thread by a posted call, so nothing is shared.
struct AuthenticatorLink::Question {
  explicit Question(const net::Executor& thread) : executor(thread), answered(thread) {}
  net::Executor executor;
  net::Signal answered;
  std::optional<Outcome> outcome;

  void give(Outcome given) {
    if (outcome) return;
    outcome = std::move(given);
    answered.notify();
  }
};

AuthenticatorLink::AuthenticatorLink(net::Executor owner)
    : owner_(std::move(owner)), waiting_(share_of_origin) {}

net::Task<Outcome> AuthenticatorLink::ask(proto::AuthenticatorRequest request,
                                          UnauthenticatedConnections::Ticket& ticket) {
  const auto executor = co_await net::this_executor();
  const auto question = std::make_shared<Question>(executor);
  net::post(owner_, [this, request = std::move(request), question]() mutable {
    Asker asker{request.remote.origin(), request.aaa};
    waiting_.add(std::move(asker), {std::move(request), question});
    send_waiting();
  });
  const auto give_up = [this, question](std::string why) {
    question->give(Unavailable{std::move(why)});
    net::post(owner_, [this, question] {
      waiting_.remove_if([&question](const Waiting& one) { return one.asked == question; });
    });
  };
  const net::Alarm limit(executor, answer_limit, [give_up] { give_up("the authenticator does not answer"); });
  ticket.when_dropped([give_up] { give_up("its connection was dropped"); });
  while (!question->outcome) co_await question->answered.wait();
  ticket.when_dropped({});
  if (ticket.was_dropped()) throw Failure({ErrorKind::closed, "the connection was dropped"});
  co_return std::move(*question->outcome);
}

void AuthenticatorLink::reply(const Asked& asked, Outcome outcome) {
  net::post(asked->executor,
            [asked, outcome = std::move(outcome)]() mutable { asked->give(std::move(outcome)); });
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
  send_waiting();
}

void AuthenticatorLink::close() {
  if (socket_) std::exchange(socket_, nullptr)->abort();
  fail_all("the authenticator was replaced");
}

void AuthenticatorLink::send_waiting() {
  while (socket_) {
    auto next = waiting_.take();
    if (!next) return;
    auto& [asker, question] = *next;
    question.request.id = next_id_++;
    const auto sent = send(question.request);
    if (sent) {
      open_.emplace(question.request.id, Open{std::move(asker), std::move(question.asked)});
    } else if (sent.error().kind == ErrorKind::closed) {
      return waiting_.put_back(std::move(asker), std::move(question));
    } else {
      waiting_.leave(asker);
      reply(question.asked, Unavailable{"the authenticator takes no request: " + sent.error().text});
    }
  }
}

Result<void> AuthenticatorLink::send(const proto::AuthenticatorRequest& request) {
  auto bytes = TRY(request.serialize());
  auto sent = sys::send_message(socket_->number(), bytes);
  wipe(bytes);  // it holds a password
  return sent;
}

net::Task<void> AuthenticatorLink::read_answers(std::shared_ptr<net::Socket> socket) {
  for (;;) {
    const auto message = co_await next_message(*socket);
    auto parsed = or_throw(proto::AuthenticatorAnswer::parse(message.bytes));
    answer(parsed.id, std::move(parsed.outcome));
  }
}

void AuthenticatorLink::answer(std::uint64_t id, Outcome outcome) {
  auto found = open_.extract(id);
  if (!found) return;
  waiting_.leave(found.mapped().asker);
  reply(found.mapped().asked, std::move(outcome));
  send_waiting();
}

void AuthenticatorLink::fail_all(const std::string& why) {
  for (auto& [id, open] : std::exchange(open_, {})) {
    waiting_.leave(open.asker);
    reply(open.asked, Unavailable{why});
  }
}

}  // namespace sallyport::gateway
