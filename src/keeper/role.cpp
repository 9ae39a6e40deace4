#include "keeper/role.hpp"

#include <atomic>
#include <cstdlib>
#include <span>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "keeper/serve.hpp"
#include "keeper/service.hpp"
#include "proto/role_messages.hpp"
#include "sys/memory_file.hpp"
#include "sys/message_socket.hpp"
#include "sys/process.hpp"
#include "sys/sandbox.hpp"

namespace sallyport::keeper {

namespace {

constexpr std::size_t max_key_file = 64U << 10;

Result<void> tell(const proto::KeeperEvent& event) {
  return sys::send_message(sys::channel_descriptor, proto::encode(event));
}

struct Orders {
  proto::KeeperStart start;
  std::vector<Descriptor> sockets;
  std::vector<Descriptor> key_files;
};

Result<Orders> take_orders() {
  auto message = TRY(sys::receive_message(sys::channel_descriptor));
  Orders orders;
  orders.start = TRY(proto::decode<proto::KeeperStart>(message.bytes));
  auto& given = message.descriptors;
  if (given.size() != std::size_t{orders.start.keys} + orders.start.sockets) {
    return fail(ErrorKind::malformed, "the start message has other descriptors than it says");
  }
  const auto first_socket = given.begin() + orders.start.keys;
  orders.key_files.assign(std::move_iterator(given.begin()), std::move_iterator(first_socket));
  orders.sockets.assign(std::move_iterator(first_socket), std::move_iterator(given.end()));
  return orders;
}

// A key that can't be used is told by its number, so that the supervisor can name its place in the
// configuration.
Result<Service> read_keys(const std::vector<Descriptor>& files) {
  auto service = TRY(Service::open());
  for (std::size_t number = 0; number < files.size(); ++number) {
    auto bytes = sys::read_whole(files[number].number(), max_key_file);
    auto added = bytes ? service.add(Secret(std::move(*bytes))) : tl::unexpected(bytes.error());
    if (added) continue;
    TRY(tell(proto::RoleFailed{static_cast<std::uint16_t>(number), added.error().text}));
    return tl::unexpected(added.error());
  }
  return service;
}

Result<void> keep() {
  auto orders = TRY(take_orders());
  const auto& role = orders.start.role;
  log::configure({static_cast<log::Level>(role.log_level),
                  role.log_json ? log::Format::json : log::Format::text, "keeper"});
  const auto service = TRY(read_keys(orders.key_files));
  orders.key_files.clear();
  TRY(sys::confine(sys::Confined::keeper, {role.uid, role.gid}, static_cast<pid_t>(role.supervisor)));

  std::atomic<std::size_t> serving = orders.sockets.size();
  for (auto& socket : orders.sockets) {
    std::thread([&service, &serving, socket = std::move(socket)]() mutable {
      serve(service, std::move(socket));
      // The supervisor keeps the other ends of the keeper in use: nobody has one of this keeper any more.
      if (--serving == 0) std::_Exit(EXIT_SUCCESS);
    }).detach();
  }
  TRY(tell(proto::KeeperReady{service.public_keys()}));
  // Nothing more is said on the channel: it ends with the supervisor.
  const auto end = sys::receive_message(sys::channel_descriptor);
  std::_Exit(!end && end.error().kind == ErrorKind::closed ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace

int run_role() {
  sys::name_process("sally-keeper");
  log::configure({log::Level::notice, log::Format::text, "keeper"});
  const auto result = keep();
  return result ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace sallyport::keeper
