#include "client/user_files.hpp"

#include "sys/files.hpp"
#include "sys/memory_file.hpp"

namespace sallyport::client {

namespace {

constexpr std::size_t max_ca_file = 4U << 20;  // a system's whole bundle is a quarter of it
constexpr std::size_t max_key_file = 256U << 10;

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

}  // namespace

Result<OpenedFiles> open_user_files(const ConnectOptions& options) {
  OpenedFiles opened;
  TRY(open_into(opened, proto::UserFile::ca_file, options.ca_file));
  TRY(open_into(opened, proto::UserFile::certificate, options.certificate));
  TRY(open_into(opened, proto::UserFile::key, options.key));
  return opened;
}

Result<UserFiles> read_user_files(std::span<const proto::UserFile> names,
                                  std::span<const Descriptor> descriptors) {
  UserFiles files;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& file = descriptors[i];
    switch (names[i]) {
      case proto::UserFile::ca_file:
        files.authorities = TRY(read_one(file, max_ca_file, "CA")).reveal_text();
        break;
      case proto::UserFile::certificate:
        files.certificate = TRY(read_one(file, max_key_file, "client certificate's"));
        break;
      case proto::UserFile::key:
        files.key = TRY(read_one(file, max_key_file, "private key's"));
        break;
    }
  }
  return files;
}

}  // namespace sallyport::client
