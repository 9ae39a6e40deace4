#include "client/host_change.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "client/script.hpp"
#include "sys/files.hpp"
#include "sys/netlink.hpp"
#include "sys/process.hpp"
#include "sys/program.hpp"

namespace sallyport::client {

namespace {

constexpr std::size_t max_file = 64U << 10;

Result<void> unless_gone(Result<void> result) {
  if (!result && result.error().kind == ErrorKind::unavailable) return {};
  return result;
}

Result<void> take_back(const AddedAddress& added) {
  auto netlink = TRY(sys::Netlink::open());
  return unless_gone(netlink.remove(sys::InterfaceAddress{added.interface, added.prefix}));
}

Result<void> take_back(const AddedRoute& added) {
  auto netlink = TRY(sys::Netlink::open());
  return unless_gone(netlink.remove(route_of(added)));
}

Result<void> take_back(const RewrittenFile& written) {
  const auto now = TRY(sys::read_file(written.path, max_file));
  if (!now || !as_text(now->bytes).starts_with(written.marker)) return {};
  if (written.before) return write_in_place(written.path, *written.before);
  if (unlink(written.path.c_str()) != 0) return fail_errno("cannot remove " + written.path);
  return {};
}

Result<void> take_back(const ProgramToRun& program) {
  if (program.is_script) return run_script(program.arguments, program.environment);
  const auto status = TRY(
      sys::run_program({.arguments = program.arguments, .environment = program.environment, .silent = true}));
  if (status != 0) {
    return fail(ErrorKind::internal, program.arguments.front() + ": " + sys::describe_exit(status));
  }
  return {};
}

}  // namespace

sys::Route route_of(const AddedRoute& added) {
  return {
      .prefix = added.prefix, .gateway = added.gateway, .interface = added.interface, .metric = added.metric};
}

Result<void> undo(const HostChange& change) {
  return std::visit([](const auto& what) { return take_back(what); }, change);
}

Result<void> write_in_place(const std::string& path, std::string_view content) {
  const auto what = "cannot write " + path;
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644));
  if (!file) return fail_errno(what);
  TRY(sys::write_at(file.number(), 0, as_bytes(content), what));
  const auto size = static_cast<off_t>(content.size());
  if (ftruncate(file.number(), size) != 0 || fsync(file.number()) != 0) return fail_errno(what);
  return {};
}

}  // namespace sallyport::client
