#include "supervisor/config_files.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"
#include "proto/profile.hpp"
#include "supervisor/config_readers.hpp"

namespace sallyport::supervisor {
namespace {

constexpr std::size_t max_pem = 1 << 20;
constexpr std::size_t max_crl = 8 << 20;

// Reads a regular file of at most `limit` bytes; fails with the reason alone.
Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const auto reason = [](int number) {
    return fail(ErrorKind::unavailable, std::generic_category().message(number));
  };
  // O_NONBLOCK: a pipe in the file's place must not stop the supervisor.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file) return reason(errno);
  struct stat status {};
  if (fstat(file.number(), &status) != 0) return reason(errno);
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::unavailable, "it is not a regular file");
  std::string content(limit + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const auto count = read(file.number(), content.data() + size, content.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return reason(errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > limit) return fail(ErrorKind::unavailable, fmt::format("it is larger than {} KiB", limit >> 10));
  if (size == 0) return fail(ErrorKind::unavailable, "it is empty");
  content.resize(size);
  content.shrink_to_fit();
  return content;
}

class Loader {
 public:
  // Empty if the configuration names no file, or if it can't be read.
  std::string load(const Located<std::string>& path, std::size_t limit) {
    if (path.value.empty()) return "";
    auto content = read_file(path.value, limit);
    if (content) return *std::move(content);
    complain(path, fmt::format("cannot be read: {}", content.error().text));
    return "";
  }

  // The gateway process gets these bytes, and it must never hold a private key.
  std::string load_pem(const Located<std::string>& path, std::size_t limit) {
    auto content = load(path, limit);
    if (content.find("PRIVATE KEY-----") != std::string::npos) {
      wipe({reinterpret_cast<std::uint8_t*>(content.data()), content.size()});
      complain(path, "holds a private key, which must be in a file of its own");
    } else if (!content.empty() && content.find("-----BEGIN ") == std::string::npos) {
      complain(path, "is not in PEM format");
    }
    return content;
  }

  // Clients end the connection over a profile that they can't read: better said here.
  std::string load_client_profile(const Located<std::string>& path) {
    auto content = load(path, proto::max_profile_size);
    if (content.empty()) return content;
    if (const auto checked = proto::check_profile(content); !checked)
      complain(path, fmt::format("is no client profile: {}", checked.error().text));
    return content;
  }

  const Complaints& complaints() const { return complaints_; }

 private:
  void complain(const Located<std::string>& path, std::string_view what) {
    complaints_.add(path.at, fmt::format("'{}' {}", escape_for_log(path.value), what));
  }

  Complaints complaints_;
};

}  // namespace

Result<LoadedFiles> load_files(const Config& config) {
  Loader loader;
  LoadedFiles files;
  for (const auto& pair : config.tls.key_pairs) {
    files.certificates.push_back(loader.load_pem(pair.certificate, max_pem));
  }
  files.client_ca = loader.load_pem(config.tls.client_ca, max_pem);
  files.client_crl = loader.load_pem(config.tls.client_crl, max_crl);
  for (const auto& [name, policy] : config.group_policies) {
    const auto& path = policy.client_profile;
    if (path.value.empty() || files.client_profiles.contains(path.value)) continue;
    files.client_profiles[path.value] = loader.load_client_profile(path);
  }
  if (!loader.complaints().empty()) {
    return fail(ErrorKind::unavailable, loader.complaints().to_text(config.file));
  }
  return files;
}

}  // namespace sallyport::supervisor
