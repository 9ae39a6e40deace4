// Small files read whole and replaced in one step: a reader of the path sees the old content or the new,
// never half.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

#include "base/bytes.hpp"
#include "base/descriptor.hpp"

namespace sallyport::sys {

// As the working folder is now. It need not exist.
Result<std::string> absolute_path(const std::string& path);

// For reading. malformed: not a regular file. A pipe in the file's place does not stop the caller.
Result<Descriptor> open_file(const std::string& path);

// For writing, and empty; a new one is for its owner alone. malformed: not a regular file, or a symbolic
// link.
Result<Descriptor> create_file(const std::string& path);

// All of it, from `offset` on, whatever the file's own offset. An error begins with `what`.
Result<void> write_at(int file, std::size_t offset, ByteView bytes, const std::string& what);

struct FileRights {
  mode_t mode = 0600;
  std::optional<uid_t> owner;  // absent: whoever we are
  std::optional<gid_t> group;
};

struct FileContent {
  Bytes bytes;
  FileRights rights;  // as the file has them
};

// Nothing if there is no such file. malformed: not a regular file, or larger than `limit` bytes.
Result<std::optional<FileContent>> read_file(const std::string& path, std::size_t limit);
// The same where the file must be there.
Result<Bytes> read_existing(const std::string& path, std::size_t limit);

// Writes a new file beside it, makes it durable and renames it. The folder must be there.
Result<void> replace_file(const std::string& path, ByteView content, const FileRights& rights);

}  // namespace sallyport::sys
