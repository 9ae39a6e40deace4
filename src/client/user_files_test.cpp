#include "client/user_files.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "sys/files.hpp"

namespace sallyport::client {
namespace {

class UserFilesTest : public testing::Test {
 protected:
  UserFilesTest() {
    std::string pattern = testing::TempDir() + "sallyport-XXXXXX";
    folder = mkdtemp(pattern.data());
  }
  ~UserFilesTest() override { std::filesystem::remove_all(folder); }

  std::string folder;
  ConnectOptions options;
};

TEST_F(UserFilesTest, the_connection_reads_what_the_front_has_opened) {
  options.ca_file = folder + "/ca";
  ASSERT_TRUE(sys::replace_file(options.ca_file, as_bytes("PEM"), {}));
  const auto opened = or_throw(open_user_files(options));
  const auto files = or_throw(read_user_files(opened.names, opened.descriptors));
  EXPECT_EQ(files.authorities, "PEM");
  EXPECT_TRUE(files.certificate.empty());
}

TEST_F(UserFilesTest, a_file_that_is_not_there_is_named) {
  options.key = folder + "/key";
  EXPECT_EQ(open_user_files(options).error().text.find("cannot open " + options.key), 0U);
}

}  // namespace
}  // namespace sallyport::client
