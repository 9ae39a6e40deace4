// Work in a folder that may belong to somebody else: as root, the user and group of its owner are taken on
// meanwhile. Files are made as that user's, and a symbolic link of theirs leads no further than they may go.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.hpp"

namespace sallyport::sys {

class OwnerRights {
 public:
  // `path` is absolute and need not exist. Its owner: that of the first folder or link on the way to it that
  // is not the system's. Without root, or where all of the way is the system's, nothing changes.
  static Result<OwnerRights> take(const std::string& path);
  // Those for the folder that the file `path`, absolute, is in.
  static Result<OwnerRights> take_for_file(const std::string& path);

  OwnerRights(OwnerRights&& other) noexcept;
  OwnerRights& operator=(OwnerRights&&) = delete;
  // Takes root's rights back, and ends the process if they can't be had: as whom it would go on is unknown.
  ~OwnerRights();

 private:
  OwnerRights() = default;

  bool taken_ = false;
  gid_t group_ = 0;
  std::vector<gid_t> groups_;  // of before
};

}  // namespace sallyport::sys
