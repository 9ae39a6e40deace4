#include "supervisor/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>

#include <poll.h>
#include <sys/wait.h>

namespace sallyport::supervisor {

std::string_view name_of(Role role) {
  constexpr std::array<std::string_view, 3> names{"keeper", "authenticator", "gateway"};
  return names[static_cast<std::size_t>(role)];
}

std::vector<int> numbers_of(const std::vector<Descriptor>& descriptors) {
  std::vector<int> numbers;
  for (const auto& descriptor : descriptors) numbers.push_back(descriptor.number());
  return numbers;
}

Result<Child> Child::start(Role role) {
  auto process = TRY(sys::start_role({"sallyportd", "--role", std::string(name_of(role))}));
  return Child(role, std::move(process));
}

Result<void> Child::wait_readable(std::chrono::milliseconds limit) const {
  pollfd entry{channel(), POLLIN, 0};
  int ready = 0;
  while ((ready = poll(&entry, 1, static_cast<int>(limit.count()))) < 0) {
    if (errno != EINTR) return fail_errno("cannot wait for a child process");
  }
  if (ready == 0) return fail(ErrorKind::timeout, "did not answer in time");
  return {};
}

void Child::kill() const {
  ::kill(pid(), SIGKILL);
}

void Child::end() const {
  kill();
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid()), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
}

}  // namespace sallyport::supervisor
