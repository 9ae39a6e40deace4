// For tests that need files: a folder of their own, which goes with them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/result.hpp"

namespace sallyport::testing_support {

class TemporaryFolder {
 public:
  TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "sallyport-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) throw Failure(fail_errno("cannot make " + path_).value());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;  // what is left lies in the system's folder for such things
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace sallyport::testing_support
