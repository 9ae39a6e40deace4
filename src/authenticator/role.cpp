#include "authenticator/role.hpp"

#include <cstdlib>
#include <span>
#include <thread>

#include "authenticator/otp_database.hpp"
#include "authenticator/service.hpp"
#include "base/log.hpp"
#include "proto/role_messages.hpp"
#include "sys/memory_file.hpp"
#include "sys/message_socket.hpp"
#include "sys/process.hpp"
#include "sys/sandbox.hpp"

namespace sallyport::authenticator {

namespace {

constexpr std::size_t max_account_file = 4U << 20;

Result<void> tell(const proto::AuthenticatorEvent& event) {
  return sys::send_message(sys::channel_descriptor, proto::encode(event));
}

// The number of the file, in the order of the message, that an error of Service is about.
std::optional<std::uint16_t> culprit(const std::vector<proto::AaaSettings>& aaa, const Error& error) {
  std::uint16_t number = 0;
  for (const auto& one : aaa) {
    const auto section = "[aaa." + one.name + "] ";
    if (error.text.starts_with(section)) {
      const bool otp = one.has_otp && error.text.substr(section.size()).starts_with("otp:");
      return static_cast<std::uint16_t>(otp ? number + 1 : number);
    }
    number = static_cast<std::uint16_t>(number + (one.has_otp ? 2 : 1));
  }
  return std::nullopt;
}

using Files = std::span<Descriptor>;

Result<Settings> read_settings(const std::vector<proto::AaaSettings>& aaa, Files files) {
  Settings settings;
  auto next = files.begin();
  const auto read_next = [&]() -> Result<Secret> {
    if (next == files.end())
      return fail(ErrorKind::malformed, "a message from the supervisor lacks descriptors");
    return Secret(TRY(sys::read_whole((next++)->number(), max_account_file)));
  };
  for (const auto& one : aaa) {
    FileBackEnd back_end;
    back_end.aaa = one.name;
    back_end.users = TRY(read_next());
    if (one.has_otp) back_end.otp = TRY(read_next());
    settings.files.push_back(std::move(back_end));
  }
  return settings;
}

Result<std::shared_ptr<auth::OtpLedger>> open_ledger(Files files) {
  auto database = TRY(OtpDatabase::open(std::move(files[0]), std::move(files[1])));
  auto spent = TRY(database->load());
  return std::make_shared<auth::OtpLedger>(std::move(spent), std::move(database));
}

// The requests of the gateway, until its end of the socket is gone.
void serve(Service& service, const Descriptor& socket) {
  for (;;) {
    auto message = sys::receive_message(socket.number());
    if (!message) return;
    auto request = proto::AuthenticatorRequest::parse(message->bytes);
    wipe(message->bytes);
    if (!request) {
      log::error("the gateway sent what is no request: " + request.error().text);
      return;
    }
    service.submit(std::move(*request), [&socket](const Service::Answer& answer) {
      const auto bytes = answer.serialize();
      if (bytes)
        (void)sys::send_message(socket.number(), *bytes);  // a gateway that is gone waits for nothing
    });
  }
}

Result<void> reload(Service& service, const proto::AuthenticatorReload& orders, Files files) {
  const auto settings = read_settings(orders.aaa, files);
  const auto done = settings ? service.reload(*settings) : tl::unexpected(settings.error());
  if (done) return tell(proto::RoleReady{});
  return tell(proto::RoleFailed{culprit(orders.aaa, done.error()), done.error().text});
}

Result<void> authenticate() {
  auto message = TRY(sys::receive_message(sys::channel_descriptor));
  const auto command = TRY(proto::decode<proto::AuthenticatorCommand>(message.bytes));
  const auto* start = std::get_if<proto::AuthenticatorStart>(&command);
  const std::size_t own_files = start != nullptr && start->state ? 3 : 1;
  if (start == nullptr || message.descriptors.size() < own_files) {
    return fail(ErrorKind::malformed, "the first message is not a start");
  }
  const auto& role = start->role;
  log::configure({static_cast<log::Level>(role.log_level),
                  role.log_json ? log::Format::json : log::Format::text, "authenticator"});
  const Files files(message.descriptors);
  const Descriptor socket = std::move(files[0]);
  const auto settings = TRY(read_settings(start->aaa, files.subspan(own_files)));
  TRY(sys::confine(sys::Confined::authenticator, {role.uid, role.gid}, static_cast<pid_t>(role.supervisor)));

  auto ledger = start->state ? open_ledger(files.subspan(1)) : std::make_shared<auth::OtpLedger>();
  auto service = ledger ? Service::open(settings, std::move(*ledger)) : tl::unexpected(ledger.error());
  message.descriptors.clear();
  if (!service) {
    TRY(tell(proto::RoleFailed{culprit(start->aaa, service.error()), service.error().text}));
    std::_Exit(EXIT_FAILURE);  // the supervisor says why
  }
  // The process ends with std::_Exit from this thread, so the other is not waited for.
  std::thread([&service, &socket] { serve(**service, socket); }).detach();
  TRY(tell(proto::RoleReady{}));
  for (;;) {
    auto next = sys::receive_message(sys::channel_descriptor);
    if (!next) std::_Exit(next.error().kind == ErrorKind::closed ? EXIT_SUCCESS : EXIT_FAILURE);
    const auto order = TRY(proto::decode<proto::AuthenticatorCommand>(next->bytes));
    if (const auto* again = std::get_if<proto::AuthenticatorReload>(&order)) {
      TRY(reload(**service, *again, next->descriptors));
    }
  }
}

}  // namespace

int run_role() {
  sys::name_process("sally-auth");
  log::configure({log::Level::notice, log::Format::text, "authenticator"});
  const auto result = authenticate();
  if (!result) log::error(result.error().text);
  std::_Exit(EXIT_FAILURE);
}

}  // namespace sallyport::authenticator
