#include "sys/files.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/memory_file.hpp"

namespace sallyport::sys {

namespace {

Result<void> fill(int file, ByteView content, const FileRights& rights) {
  TRY(write_at(file, 0, content, "cannot write"));
  const uid_t owner = rights.owner.value_or(static_cast<uid_t>(-1));
  const gid_t group = rights.group.value_or(static_cast<gid_t>(-1));
  if (fchown(file, owner, group) != 0) return fail_errno("cannot give the file its owner");
  if (fchmod(file, rights.mode) != 0) return fail_errno("cannot give the file its mode");
  if (fsync(file) != 0) return fail_errno("cannot write");
  return {};
}

}  // namespace

Result<std::string> absolute_path(const std::string& path) {
  std::error_code unknown;
  auto absolute = std::filesystem::absolute(path, unknown).string();
  if (unknown) return fail(ErrorKind::unavailable, "cannot find " + path + ": " + unknown.message());
  return absolute;
}

Result<void> write_at(int file, std::size_t offset, ByteView bytes, const std::string& what) {
  while (!bytes.empty()) {
    const auto written = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno(what);
    offset += static_cast<std::size_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<Descriptor> create_file(const std::string& path) {
  constexpr int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW;
  Descriptor file(open(path.c_str(), flags, 0600));
  if (!file && errno == ELOOP) return fail(ErrorKind::malformed, path + " is a symbolic link");
  if (!file) return fail_errno("cannot open " + path);
  struct stat status {};
  if (fstat(file.number(), &status) != 0) return fail_errno("cannot look at " + path);
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::malformed, path + " is not a file");
  if (ftruncate(file.number(), 0) != 0) return fail_errno("cannot empty " + path);
  return file;
}

Result<Descriptor> open_file(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file) return fail_errno("cannot open " + path);
  struct stat status {};
  if (fstat(file.number(), &status) != 0) return fail_errno("cannot look at " + path);
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::malformed, path + " is not a file");
  return file;
}

Result<std::optional<FileContent>> read_file(const std::string& path, std::size_t limit) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 && errno == ENOENT) return std::nullopt;
  const auto file = TRY(open_file(path));
  if (fstat(file.number(), &status) != 0) return fail_errno("cannot look at " + path);
  auto bytes = read_whole(file.number(), limit);
  if (!bytes) return fail(bytes.error().kind, path + ": " + bytes.error().text);
  return FileContent{std::move(*bytes), {status.st_mode & 07777, status.st_uid, status.st_gid}};
}

Result<Bytes> read_existing(const std::string& path, std::size_t limit) {
  auto content = TRY(read_file(path, limit));
  if (!content) return fail_errno("cannot open " + path, ENOENT);
  return std::move(content->bytes);
}

Result<void> replace_file(const std::string& path, ByteView content, const FileRights& rights) {
  auto temporary = path + ".XXXXXX";  // of its own: two may be writing
  const Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) return fail_errno("cannot write " + temporary);
  auto written = fill(file.number(), content, rights);
  if (written && rename(temporary.c_str(), path.c_str()) != 0)
    written = fail_errno("cannot replace the file");
  if (written) return {};
  unlink(temporary.c_str());
  return fail(written.error().kind, path + ": " + written.error().text);
}

}  // namespace sallyport::sys
