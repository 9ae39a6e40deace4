#include "client/user_files.hpp"

#include <array>
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
    options.token_mode = "hotp";
    options.token_file = folder + "/token";
  }
  ~UserFilesTest() override { std::filesystem::remove_all(folder); }

  void write(std::string_view text) const {
    ASSERT_TRUE(sys::replace_file(options.token_file, as_bytes(text), {.mode = 0640}));
  }
  std::string content() const {
    return std::string(as_text(or_throw(sys::read_existing(options.token_file, 4096))));
  }

  Result<void> advance_token(std::uint64_t counter) const { return TokenCounter(options).advance(counter); }

  std::string folder;
  ConnectOptions options;
};

TEST_F(UserFilesTest, the_connection_reads_what_the_front_has_opened) {
  write("  0x31323334,7 \r\nnotes\n");
  options.ca_file = folder + "/ca";
  ASSERT_TRUE(sys::replace_file(options.ca_file, as_bytes("PEM"), {}));
  const auto opened = or_throw(open_user_files(options));
  const auto files = or_throw(read_user_files(opened.names, opened.descriptors));
  EXPECT_EQ(files.authorities, "PEM");
  EXPECT_EQ(files.token, Secret("0x31323334,7"));
  EXPECT_TRUE(files.certificate.empty());
}

TEST_F(UserFilesTest, the_trace_is_a_new_file_for_its_owner_alone) {
  options.token_file.clear();
  options.trace_file = folder + "/trace";
  const auto opened = or_throw(open_user_files(options));
  ASSERT_EQ(opened.names, std::vector{proto::UserFile::trace});
  const auto files = or_throw(read_user_files(opened.names, opened.descriptors));
  EXPECT_EQ(::write(files.trace.number(), "x", 1), 1);
  const auto written = or_throw(sys::read_file(options.trace_file, 4096)).value();
  EXPECT_EQ(as_text(written.bytes), "x");
  EXPECT_EQ(written.rights.mode, 0600U);
  ASSERT_TRUE(open_user_files(options));
  EXPECT_TRUE(or_throw(sys::read_existing(options.trace_file, 4096)).empty());
}

TEST_F(UserFilesTest, a_trace_goes_nowhere_else) {
  options.token_file.clear();
  options.trace_file = folder + "/page.html";
  EXPECT_EQ(open_user_files(options).error().text,
            "the drawn page of --trace is not built yet: name a file without .html for JSON lines");
  options.trace_file = folder;
  EXPECT_FALSE(open_user_files(options));
  options.trace_file = folder + "/link";
  ASSERT_EQ(symlink("/dev/null", options.trace_file.c_str()), 0);
  EXPECT_EQ(open_user_files(options).error().text, options.trace_file + " is a symbolic link");
}

TEST_F(UserFilesTest, a_file_that_is_not_there_is_named) {
  EXPECT_EQ(open_user_files(options).error().text.find("cannot open " + options.token_file), 0U);
}

TEST_F(UserFilesTest, a_counter_is_written_back_and_nothing_else_changes) {
  write("0x31323334,7\r\nnotes\n");
  ASSERT_TRUE(advance_token(10));
  EXPECT_EQ(content(), "0x31323334,10\r\nnotes\n");
  const auto rights = or_throw(sys::read_file(options.token_file, 4096))->rights;
  EXPECT_EQ(rights.mode, 0640U);
}

TEST_F(UserFilesTest, a_counter_never_goes_back) {
  write("0x31323334,7");
  ASSERT_TRUE(advance_token(7));
  ASSERT_TRUE(advance_token(3));
  EXPECT_EQ(content(), "0x31323334,7");
}

TEST_F(UserFilesTest, a_counter_does_not_run_away) {
  write("0x31323334,7");
  EXPECT_EQ(advance_token(11).error().kind, ErrorKind::denied);
  options.token_mode = "totp";
  EXPECT_TRUE(advance_token(8));
  EXPECT_EQ(content(), "0x31323334,7");
}

TEST_F(UserFilesTest, a_counter_does_not_run_away_in_small_steps) {
  write("0x31323334,7");
  TokenCounter counter(options);
  for (std::uint64_t next = 8; next <= 10; ++next) EXPECT_TRUE(counter.advance(next)) << next;
  EXPECT_EQ(counter.advance(11).error().kind, ErrorKind::denied);
  EXPECT_EQ(content(), "0x31323334,10");
}

TEST_F(UserFilesTest, a_counter_in_a_users_folder_is_written_as_that_user) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  constexpr uid_t user = 61199;
  write("0x31323334");
  ASSERT_EQ(chown(folder.c_str(), user, user), 0);
  EXPECT_FALSE(advance_token(1));  // root's file
  ASSERT_EQ(chown(options.token_file.c_str(), user, user), 0);
  EXPECT_TRUE(advance_token(1));
  EXPECT_EQ(content(), "0x31323334,1");
  EXPECT_EQ(or_throw(sys::read_file(options.token_file, 4096))->rights.owner, user);
}

TEST_F(UserFilesTest, a_link_to_the_file_stays_one) {
  write("0x31323334");
  const auto file = options.token_file;
  options.token_file = folder + "/link";
  ASSERT_EQ(symlink(file.c_str(), options.token_file.c_str()), 0);
  ASSERT_TRUE(advance_token(1));
  EXPECT_TRUE(std::filesystem::is_symlink(options.token_file));
  EXPECT_EQ(content(), "0x31323334,1");
}

TEST_F(UserFilesTest, a_token_of_the_command_line_has_no_file) {
  options.token_file.clear();
  EXPECT_TRUE(advance_token(1));
}

}  // namespace
}  // namespace sallyport::client
