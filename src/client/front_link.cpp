#include "client/front_link.hpp"

#include <algorithm>
#include <iterator>

#include "sys/memory_file.hpp"
#include "sys/message_socket.hpp"

namespace sallyport::client {

namespace {

Result<FrontLink::Start> start_from(sys::Message message) {
  auto decoded = TRY(proto::decode<proto::FrontMessage>(message.bytes));
  auto* start = std::get_if<proto::ConnectionStart>(&decoded);
  auto& descriptors = message.descriptors;
  const auto with_it = [](const proto::ConnectionStart& one) {
    return one.files.size() + (one.with_profiles ? one.profiles.size() : 0);
  };
  if (start == nullptr || with_it(*start) != descriptors.size()) {
    return fail(ErrorKind::malformed, "the front's first message is not a start");
  }
  FrontLink::Start sorted{.message = std::move(*start), .files = {}, .profiles = {}};
  const auto border = descriptors.begin() + std::ssize(sorted.message.files);
  std::move(descriptors.begin(), border, std::back_inserter(sorted.files));
  std::move(border, descriptors.end(), std::back_inserter(sorted.profiles));
  return sorted;
}

}  // namespace

Result<FrontLink::Start> FrontLink::receive_start(const Descriptor& channel) {
  return start_from(TRY(sys::receive_message(channel.number())));
}

FrontLink::FrontLink(const net::Executor& executor, Descriptor channel)
    : channel_(executor, std::move(channel)), answered_(executor) {}

net::Task<void> FrontLink::run() {
  or_throw(sys::set_non_blocking(channel_.number()));
  for (;;) {
    co_await channel_.readable();
    auto message = sys::receive_message(channel_.number());
    while (message) {
      or_throw(take(std::move(message->bytes), std::move(message->descriptors)));
      message = sys::receive_message(channel_.number());
    }
    if (message.error().kind != ErrorKind::unavailable) throw Failure(message.error());
  }
}

Result<void> FrontLink::take(Bytes bytes, std::vector<Descriptor> descriptors) {
  auto message = TRY(proto::decode<proto::FrontMessage>(bytes));
  if (auto* wants = std::get_if<proto::UserWants>(&message)) {
    if (on_wish_) on_wish_(wants->wish);
    return {};
  }
  if (std::holds_alternative<proto::ConnectionStart>(message)) {
    return fail(ErrorKind::malformed, "the front started the connection a second time");
  }
  answer_ = Answer{std::move(message), std::move(descriptors)};
  answered_.notify();
  return {};
}

void FrontLink::send(const proto::ConnectionMessage& message, std::span<const int> descriptors) {
  const auto bytes = proto::encode(message);
  or_throw(sys::send_message(channel_.number(), bytes, descriptors));
}

// A descriptor goes along if it is open.
net::Task<FrontLink::Answer> FrontLink::ask(proto::ConnectionMessage wish, int file) {
  while (asked_) co_await answered_.wait();
  std::vector<int> numbers;
  if (file >= 0) numbers.push_back(file);
  send(wish, numbers);
  asked_ = true;
  auto answer = co_await wait_answer();
  if (auto* failed = std::get_if<proto::FrontFailed>(&answer.message)) {
    throw Failure({ErrorKind::internal, std::move(failed->text)});
  }
  co_return answer;
}

net::Task<FrontLink::Answer> FrontLink::wait_answer() {
  answer_.reset();
  while (!answer_) co_await answered_.wait();
  asked_ = false;
  answered_.notify();  // whoever waits for his turn
  co_return std::move(*answer_);
}

void FrontLink::store_trust(const std::string& trust) {
  send(proto::StoreTrust{trust});
}

net::Task<void> FrontLink::store_profile(std::string name, std::string content) {
  auto file = or_throw(sys::make_memory_file(as_bytes(content)));
  const auto answer = co_await ask(proto::StoreProfile{std::move(name)}, file.number());
  if (!std::holds_alternative<proto::ProfileStored>(answer.message)) {
    throw Failure({ErrorKind::malformed, "the front did not say that it stored the client profile"});
  }
}

void FrontLink::remember(proto::Remember known) {
  send(known);
}

void FrontLink::tell_that_the_tunnel_stands() {
  send(proto::TunnelStands{});
}

void FrontLink::advance_token(std::uint64_t counter) {
  send(proto::AdvanceToken{counter});
}

net::Task<HostInterface> FrontLink::configure(proto::HostSettings settings, int udp) {
  auto answer = co_await ask(proto::ConfigureHost{std::move(settings)}, udp);
  auto* configured = std::get_if<proto::HostConfigured>(&answer.message);
  if (configured == nullptr || answer.descriptors.size() != 1) {
    throw Failure({ErrorKind::malformed, "the front set the interface up without handing it over"});
  }
  HostInterface interface {
    std::move(configured->interface), std::move(answer.descriptors.front()), configured->offload
  };
  co_return interface;
}

net::Task<void> FrontLink::reconnecting(std::vector<Address> gateways) {
  const auto answer = co_await ask(proto::Reconnecting{std::move(gateways)});
  if (!std::holds_alternative<proto::NetworkFollowed>(answer.message)) {
    throw Failure({ErrorKind::malformed, "the front did not say that it followed the network"});
  }
}

}  // namespace sallyport::client
