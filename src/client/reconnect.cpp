#include "client/reconnect.hpp"

#include <algorithm>

#include "sys/network_events.hpp"

namespace sallyport::client {

namespace {

// For the answer to CONNECT: nobody has to think about it.
constexpr std::chrono::seconds answer_limit{20};
// A machine whose name servers are behind the tunnel gets no answer while that is lost.
constexpr std::chrono::seconds name_limit{3};

}  // namespace

bool can_be_reached(const Endpoint& gateway, const std::vector<Address>& held) {
  const auto local = sys::address_towards(gateway);
  return local && std::ranges::find(held, *local) == held.end();
}

std::shared_ptr<Reconnect> Reconnect::start(const net::Executor& executor, Terms terms,
                                            const Attempt& attempt) {
  auto made = std::make_shared<Reconnect>(std::move(terms), attempt);
  net::spawn(executor, run(made), [made](const Error& error) {
    made->failure = error;
    made->tell_end();
  });
  return made;
}

net::Task<void> Reconnect::run(std::shared_ptr<Reconnect> self) {
  try {
    co_await self->ask();
  } catch (const Ended& ended) {
    self->failure = ended.error();
    self->certificate_blocked = ended.code() == ExitCode::certificate_blocked;
  } catch (const Failure& failure) {
    self->failure = failure.error();
  }
  self->tell_end();
}

void Reconnect::tell_end() {
  over_ = true;
  if (!abandoned_) attempt_.tunnel.put(TryEnded{});
}

net::Task<void> Reconnect::ask() {
  if (terms_.looks_up) co_await look_up();
  if (abandoned_) co_return;
  if (terms_.addresses.size() > proto::max_gateway_addresses) {
    terms_.addresses.resize(proto::max_gateway_addresses);
  }
  home_ = terms_.addresses.front();
  if (terms_.network != nullptr) co_await make_way();
  drop_unreachable();
  terms_.session.limit(terms_.addresses, answer_limit);
  co_await terms_.session.open();
  if (abandoned_) co_return;
  asked_ = true;
  auto answer = co_await ask_for_tunnel(terms_.session, terms_.token, terms_.held, attempt_);
  if (answer.reply.status == 200) or_throw(check_terms(answer, attempt_.options));
  answered = std::move(answer);
}

// Where the machine has no way but the tunnel itself, a connection would wait for an answer in vain.
void Reconnect::drop_unreachable() {
  std::erase_if(terms_.addresses,
                [this](const Endpoint& gateway) { return !can_be_reached(gateway, terms_.held); });
  if (!terms_.addresses.empty()) return;
  throw Failure({ErrorKind::unavailable, "no way leads to the gateway " + home_.address.to_text()});
}

// What the name stands for now comes first, and of that where the session was. Where it can't be found out,
// the addresses so far have to do.
net::Task<void> Reconnect::look_up() {
  std::vector<Endpoint> found;
  try {
    found = co_await find_gateway(terms_.session.url(), attempt_.options, name_limit);
  } catch (const Failure& failure) {
    attempt_.console.say("the gateway's name could not be found again: " + failure.error().text);
  }
  const auto home = std::ranges::find(found, terms_.addresses.front());
  if (home != found.end()) std::rotate(found.begin(), home, home + 1);
  for (const auto& known : terms_.addresses) {
    if (std::ranges::find(found, known) == found.end()) found.push_back(known);
  }
  terms_.addresses = std::move(found);
}

net::Task<void> Reconnect::make_way() {
  std::vector<Address> addresses;
  for (const auto& endpoint : terms_.addresses) addresses.push_back(endpoint.address);
  std::optional<Failure> failed;
  terms_.network->look_away();
  try {
    co_await attempt_.front.reconnecting(std::move(addresses));
  } catch (const Failure& failure) {
    failed = failure;
  }
  terms_.network->look_again();
  if (failed) throw *failed;
}

}  // namespace sallyport::client
