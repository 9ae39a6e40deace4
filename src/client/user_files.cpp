#include "client/user_files.hpp"

#include <cstdlib>
#include <memory>

#include <fcntl.h>

#include "auth/token_secret.hpp"
#include "base/text.hpp"
#include "client/software_token.hpp"
#include "sys/files.hpp"
#include "sys/memory_file.hpp"
#include "sys/owner_rights.hpp"

namespace sallyport::client {

namespace {

constexpr std::size_t max_ca_file = 4U << 20;  // a system's whole bundle is a quarter of it
constexpr std::size_t max_key_file = 256U << 10;
constexpr std::size_t max_token_file = 4U << 10;

Result<void> open_into(OpenedFiles& opened, proto::UserFile name, const std::string& path) {
  if (path.empty()) return {};
  opened.descriptors.push_back(TRY(sys::open_file(path)));
  opened.names.push_back(name);
  return {};
}

Result<Secret> read_one(const Descriptor& file, std::size_t limit, const std::string& what) {
  auto content = sys::read_whole(file.number(), limit);
  if (!content) return fail(content.error().kind, "the " + what + " file: " + content.error().text);
  return Secret(std::move(*content));
}

struct Free {
  void operator()(char* text) const { std::free(text); }
};

// The token stands in the first line.
std::string_view token_in(const Secret& content) {
  const auto text = content.reveal_text();
  return trim(text.substr(0, text.find_first_of("\r\n")));
}

// Made with the rights of the folder's owner.
Result<void> open_trace(OpenedFiles& opened, const std::string& name) {
  if (name.empty()) return {};
  if (name.ends_with(".html")) {
    return fail(ErrorKind::unsupported,
                "the drawn page of --trace is not built yet: name a file without .html for JSON lines");
  }
  const auto path = TRY(sys::absolute_path(name));
  const auto rights = TRY(sys::OwnerRights::take_for_file(path));
  opened.descriptors.push_back(TRY(sys::create_file(path)));
  opened.names.push_back(proto::UserFile::trace);
  return {};
}

// Where a symbolic link leads: the file is to be replaced, not the link to it.
Result<std::string> real_path(const std::string& path) {
  const std::unique_ptr<char, Free> found(::realpath(path.c_str(), nullptr));
  if (!found) return fail_errno("cannot open " + path);
  return std::string(found.get());
}

}  // namespace

Result<OpenedFiles> open_user_files(const ConnectOptions& options) {
  OpenedFiles opened;
  TRY(open_into(opened, proto::UserFile::ca_file, options.ca_file));
  TRY(open_into(opened, proto::UserFile::certificate, options.certificate));
  TRY(open_into(opened, proto::UserFile::key, options.key));
  TRY(open_into(opened, proto::UserFile::token, options.token_file));
  TRY(open_trace(opened, options.trace_file));
  return opened;
}

Result<void> TokenCounter::advance(std::uint64_t counter) {
  if (options_.token_mode != "hotp" || options_.token_file.empty()) return {};
  const auto path = TRY(real_path(options_.token_file));
  const auto rights = TRY(sys::OwnerRights::take_for_file(path));
  auto file = TRY(sys::read_file(path, max_token_file));
  if (!file) return fail(ErrorKind::unavailable, path + " is gone");
  const Secret content(std::move(file->bytes));
  const auto text = token_in(content);
  const auto token = TRY(auth::parse_token_secret(auth::OtpMode::hotp, Secret(text)));
  if (!first_) first_ = token.counter;
  // Never backwards: another client may have used the token meanwhile.
  if (token.counter >= counter) return {};
  if (counter > *first_ && counter - *first_ > SoftwareToken::max_codes) {
    return fail(ErrorKind::denied, "it grows by more than a login takes");
  }
  const auto advanced = auth::counter_advanced(Secret(text), counter);
  const auto rest = content.reveal_text().substr(text.data() + text.size() - content.reveal_text().data());
  Bytes bytes;
  bytes.reserve(advanced.size() + rest.size());
  bytes.insert(bytes.end(), advanced.reveal().begin(), advanced.reveal().end());
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  const Secret written(std::move(bytes));
  return sys::replace_file(path, written.reveal(), file->rights);
}

Result<UserFiles> read_user_files(std::span<const proto::UserFile> names,
                                  std::span<const Descriptor> descriptors) {
  UserFiles files;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& file = descriptors[i];
    switch (names[i]) {
      case proto::UserFile::trace:
        files.trace = Descriptor(fcntl(file.number(), F_DUPFD_CLOEXEC, 0));
        if (!files.trace) return fail_errno("cannot use the trace file");
        break;
      case proto::UserFile::ca_file:
        files.authorities = TRY(read_one(file, max_ca_file, "CA")).reveal_text();
        break;
      case proto::UserFile::certificate:
        files.certificate = TRY(read_one(file, max_key_file, "client certificate's"));
        break;
      case proto::UserFile::key:
        files.key = TRY(read_one(file, max_key_file, "private key's"));
        break;
      case proto::UserFile::token:
        const auto content = TRY(read_one(file, max_token_file, "token's"));
        files.token = Secret(token_in(content));
        break;
    }
  }
  return files;
}

}  // namespace sallyport::client
