#include "sys/files.hpp"

#include <filesystem>
#include <iterator>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/temporary_folder_test.hpp"

namespace sallyport::sys {

namespace {

class Files : public testing::Test {
 protected:
  std::string path(const char* name) const { return folder + "/" + name; }
  std::ptrdiff_t files_there() const {
    return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
  }

  const testing_support::TemporaryFolder temporary;
  const std::string& folder = temporary.path();
};

}  // namespace

TEST_F(Files, replaces_content_and_rights_and_leaves_no_temporary) {
  ASSERT_TRUE(replace_file(path("a"), as_bytes("one"), {.mode = 0640}));
  ASSERT_TRUE(replace_file(path("a"), as_bytes("two"), {.mode = 0600}));
  const auto content = read_file(path("a"), 100);
  ASSERT_TRUE(content && *content);
  EXPECT_EQ(as_text((*content)->bytes), "two");
  EXPECT_EQ((*content)->rights.mode, 0600U);
  EXPECT_EQ(files_there(), 1);
}

TEST_F(Files, a_missing_file_is_nothing_or_an_error_as_asked) {
  EXPECT_EQ(read_file(path("none"), 100).value().has_value(), false);
  EXPECT_EQ(read_existing(path("none"), 100).error().text,
            "cannot open " + path("none") + ": No such file or directory");
}

TEST_F(Files, refuses_a_folder_and_a_file_over_the_limit) {
  EXPECT_FALSE(read_file(folder, 100));
  ASSERT_TRUE(replace_file(path("a"), as_bytes("12345"), {}));
  EXPECT_TRUE(read_file(path("a"), 5));
  EXPECT_EQ(read_file(path("a"), 4).error().kind, ErrorKind::malformed);
}

TEST_F(Files, a_pipe_in_the_place_of_a_file_is_refused_without_waiting) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(open_file(path("pipe")).error().text, path("pipe") + " is not a file");
}

TEST_F(Files, a_failed_replacement_leaves_the_old_file) {
  ASSERT_TRUE(replace_file(path("a"), as_bytes("old"), {}));
  EXPECT_FALSE(replace_file(folder + "/no-such-folder/a", as_bytes("new"), {}));
  std::filesystem::create_directories(path("b"));  // a folder can't be replaced by a file
  EXPECT_FALSE(replace_file(path("b"), as_bytes("new"), {}));
  EXPECT_EQ(files_there(), 2);
  EXPECT_EQ(as_text(*read_existing(path("a"), 100)), "old");
}

}  // namespace sallyport::sys
