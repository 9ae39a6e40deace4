#include "supervisor/crash_note.hpp"

#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace sallyport::supervisor {

Result<std::string> write_crash_note(const std::string& directory, std::string_view role,
                                     std::string_view how) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return fail(ErrorKind::internal, "cannot make " + directory + ": " + error.message());
  auto path = directory + "/crash-" + std::string(role) + ".txt";
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail_errno("cannot write " + path);
  utsname system{};
  uname(&system);
  const auto text = fmt::format(
      "The {} process died five times within a minute and the service ended.\n"
      "time: {:%Y-%m-%dT%H:%M:%SZ}\nlast: {}\nversion: {}\nkernel: {} {}\n",
      role, fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())),
      escape_for_log(how), version(), system.release, system.machine);
  if (write(file.number(), text.data(), text.size()) < 0) return fail_errno("cannot write " + path);
  return path;
}

}  // namespace sallyport::supervisor
