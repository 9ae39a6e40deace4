#include "supervisor/state_files.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sallyport::supervisor {

namespace {

Result<Descriptor> open_in(const Descriptor& folder, const std::string& path, const std::string& name) {
  Descriptor file(openat(folder.number(), name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail_errno("cannot open " + path + "/" + name);
  return file;
}

Result<DatabaseFiles> open_database(const Descriptor& folder, const std::string& path,
                                    const std::string& name) {
  DatabaseFiles files;
  files.database = TRY(open_in(folder, path, name));
  files.log = TRY(open_in(folder, path, name + "-wal"));
  return files;
}

Result<StateFiles> open_in_folder(const std::string& path) {
  std::error_code error;
  const auto parent = std::filesystem::path(path).parent_path();
  std::filesystem::create_directories(parent, error);  // what is wrong with it, mkdir says below
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno("cannot make the folder " + path);
  StateFiles files;
  files.folder = Descriptor(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!files.folder) return fail_errno("cannot open the folder " + path);
  if (flock(files.folder.number(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::conflict, "another sallyportd uses the folder " + path);
  }
  files.sessions = TRY(open_database(files.folder, path, "sessions.db"));
  files.otp = TRY(open_database(files.folder, path, "otp.db"));
  // What is written into new files is lost with their names. (EINVAL: a file system that can't.)
  if (fsync(files.folder.number()) != 0 && errno != EINVAL)
    return fail_errno("cannot keep the files of " + path);
  return files;
}

}  // namespace

Result<StateFiles> open_state_files(const Config& config) {
  auto files = open_in_folder(config.state.directory.value);
  if (!files) return fail_at(config, config.state.directory.at, files.error().text);
  return files;
}

}  // namespace sallyport::supervisor
