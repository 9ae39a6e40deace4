#include "client/front_link.hpp"

#include "sys/message_socket.hpp"

namespace sallyport::client {

namespace {

Result<FrontLink::Start> start_from(sys::Message message) {
  auto decoded = TRY(proto::decode<proto::FrontMessage>(message.bytes));
  auto* start = std::get_if<proto::ConnectionStart>(&decoded);
  if (start == nullptr || start->files.size() != message.descriptors.size()) {
    return fail(ErrorKind::malformed, "the front's first message is not a start");
  }
  return FrontLink::Start{std::move(*start), std::move(message.descriptors)};
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
  if (auto* configured = std::get_if<proto::HostConfigured>(&message)) {
    if (descriptors.size() != 1) {
      return fail(ErrorKind::malformed, "the front set the interface up without handing it over");
    }
    answer_ = HostInterface{std::move(configured->interface), std::move(descriptors.front())};
  } else if (auto* failed = std::get_if<proto::FrontFailed>(&message)) {
    answer_ = fail(ErrorKind::internal, std::move(failed->text));
  } else {
    return fail(ErrorKind::malformed, "the front started the connection a second time");
  }
  answered_.notify();
  return {};
}

void FrontLink::send(const proto::ConnectionMessage& message) {
  const auto bytes = proto::encode(message);
  or_throw(sys::send_message(channel_.number(), bytes));
}

void FrontLink::store_trust(const std::string& trust) {
  send(proto::StoreTrust{trust});
}

net::Task<HostInterface> FrontLink::configure(proto::HostSettings settings) {
  answer_.reset();
  send(proto::ConfigureHost{std::move(settings)});
  while (!answer_) co_await answered_.wait();
  auto interface = or_throw(std::move(*answer_));
  co_return interface;
}

}  // namespace sallyport::client
