#include "gateway/role.hpp"

#include <csignal>
#include <cstdlib>

#include "base/log.hpp"
#include "gateway/process.hpp"
#include "sys/message_socket.hpp"
#include "sys/process.hpp"

namespace sallyport::gateway {

int run_role() {
  sys::name_process("sally-gateway");
  log::configure({log::Level::notice, log::Format::text, "gateway"});
  std::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error of the write, not of the process
  GatewayProcess process;
  if (const auto started = process.start(); !started) {
    const proto::GatewayEvent failed = proto::RoleFailed{std::nullopt, started.error().text};
    (void)sys::send_message(sys::channel_descriptor,
                            proto::encode(failed));  // without it the exit status speaks
    return EXIT_FAILURE;
  }
  const proto::GatewayEvent ready = proto::RoleReady{};
  if (!sys::send_message(sys::channel_descriptor, proto::encode(ready))) return EXIT_FAILURE;
  process.run();
  return EXIT_SUCCESS;
}

}  // namespace sallyport::gateway
