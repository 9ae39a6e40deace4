#include "sys/seccomp.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <initializer_list>
#include <string_view>

#include <sched.h>
#include <seccomp.h>
#include <unistd.h>

namespace sallyport::sys {

namespace {

// Found with strace over a whole run of each role. getpid is OpenSSL's random generator looking for a fork.
constexpr std::initializer_list<int> everyone{
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(close),
    SCMP_SYS(recvmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(futex),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getrandom),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),  // OpenSSL's DTLS timers, where the clock is not read without the kernel
    SCMP_SYS(mmap),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(mprotect),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(sched_yield),
    SCMP_SYS(poll),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(tgkill),
    SCMP_SYS(sysinfo),  // qsort asks how much memory there is
};

constexpr std::initializer_list<int> authenticator_only{
    SCMP_SYS(pread64),  // the account files of a reload, by descriptor; and SQLite, as all below
    SCMP_SYS(pwrite64), SCMP_SYS(fdatasync), SCMP_SYS(ftruncate), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
};

constexpr std::initializer_list<int> gateway_only{
    SCMP_SYS(epoll_wait),     SCMP_SYS(epoll_pwait),     SCMP_SYS(epoll_pwait2), SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_create1),  SCMP_SYS(accept),          SCMP_SYS(accept4),      SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),     SCMP_SYS(getsockname),     SCMP_SYS(getpeername),  SCMP_SYS(shutdown),
    SCMP_SYS(recvmmsg),       SCMP_SYS(sendmmsg),        SCMP_SYS(readv),        SCMP_SYS(writev),
    SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(eventfd2),     SCMP_SYS(fcntl),
    SCMP_SYS(lseek),          SCMP_SYS(fstat),           SCMP_SYS(pread64),      SCMP_SYS(newfstatat),
    SCMP_SYS(pwrite64),       SCMP_SYS(fdatasync),       SCMP_SYS(fsync),        SCMP_SYS(ftruncate),
};

#ifndef NDEBUG
// Debug builds say which call was refused before they die: printf is not allowed in a handler, so by hand.
void name_refused_call(int /*signal*/, siginfo_t* info, void* /*context*/) {
  constexpr std::string_view text = "sandbox: refused system call number ";
  [[maybe_unused]] ssize_t written = write(STDERR_FILENO, text.data(), text.size());
  std::array<char, 8> digits{};
  std::size_t at = digits.size();
  digits[--at] = '\n';
  for (int number = info->si_syscall; at > 0; number /= 10) {
    digits[--at] = static_cast<char>('0' + number % 10);
    if (number < 10) break;
  }
  written = write(STDERR_FILENO, digits.data() + at, digits.size() - at);
  _exit(128 + SIGSYS);
}
#endif

class Filter {
 public:
  explicit Filter(std::uint32_t default_action) : context_(seccomp_init(default_action)) {}
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;
  ~Filter() { seccomp_release(context_); }

  void allow(int call) { note(seccomp_rule_add(context_, SCMP_ACT_ALLOW, call, 0)); }
  // Threads, not processes: clone with CLONE_THREAD. clone3 hides its flags from the filter; glibc takes
  // ENOSYS as "use clone".
  void allow_threads() {
    note(seccomp_rule_add(context_, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0));
    note(seccomp_rule_add(context_, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                          SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)));
  }
  void allow_ioctl(std::uint64_t command) {
    note(seccomp_rule_add(context_, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, SCMP_A1(SCMP_CMP_EQ, command)));
  }
  // Files are refused with an error instead of death: libraries look for optional ones (time zone, locale,
  // CPU lists).
  void refuse_politely(int call) { note(seccomp_rule_add(context_, SCMP_ACT_ERRNO(EPERM), call, 0)); }

  Result<void> load() {
    note(seccomp_attr_set(context_, SCMP_FLTATR_CTL_TSYNC, 1));
    note(seccomp_attr_set(context_, SCMP_FLTATR_CTL_OPTIMIZE, 2));  // binary tree instead of a list
    note(seccomp_load(context_));
    if (error_ != 0) return fail_errno("cannot load the seccomp filter", -error_);
    return {};
  }

 private:
  void note(int result) {
    if (result < 0 && error_ == 0) error_ = result;
  }
  scmp_filter_ctx context_;
  int error_ = 0;
};

}  // namespace

Result<void> allow_system_calls(Confined role) {
#ifdef NDEBUG
  const std::uint32_t otherwise = SCMP_ACT_KILL_PROCESS;
#else
  const std::uint32_t otherwise = SCMP_ACT_TRAP;
  struct sigaction action {};
  action.sa_sigaction = name_refused_call;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSYS, &action, nullptr);
#endif
  Filter filter(otherwise);
  for (int call : everyone) filter.allow(call);
  filter.allow_threads();
  if (role == Confined::authenticator) {
    for (int call : authenticator_only) filter.allow(call);
  }
  if (role == Confined::gateway) {
    for (int call : gateway_only) filter.allow(call);
    constexpr std::uint64_t fionbio = 0x5421;  // Asio makes accepted sockets non-blocking with it
    filter.allow_ioctl(fionbio);
  }
  for (int call : {SCMP_SYS(openat), SCMP_SYS(open), SCMP_SYS(access), SCMP_SYS(readlink)}) {
    filter.refuse_politely(call);
  }
  return filter.load();
}

}  // namespace sallyport::sys
