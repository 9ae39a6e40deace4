#include "client/profile_folder.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temporary_folder_test.hpp"
#include "client/trust_store.hpp"
#include "proto/client_messages.hpp"

namespace sallyport::client {
namespace {

namespace fs = std::filesystem;

class ProfileFolderTest : public ::testing::Test {
 protected:
  ProfileFolderTest() { setenv("XDG_CONFIG_HOME", temporary.path().c_str(), 1); }
  ~ProfileFolderTest() override { unsetenv("XDG_CONFIG_HOME"); }

  void fill(std::size_t count) const {
    fs::create_directories(folder);
    for (std::size_t i = 0; i < count; ++i) std::ofstream(folder / (std::to_string(i) + ".xml")) << "x";
  }

  const testing_support::TemporaryFolder temporary;
  const fs::path folder = fs::path(temporary.path()) / "sallyport/profiles";
};

TEST_F(ProfileFolderTest, takes_no_new_name_once_it_is_full) {
  fill(proto::max_stored_profiles);
  const auto refused = save_profile("new.xml", "y");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text, "there are 64 already in " + folder.string() + ": remove some of them");
  EXPECT_TRUE(save_profile("7.xml", "y"));
  fs::remove(folder / "0.xml");
  EXPECT_TRUE(save_profile("new.xml", "y"));
}

TEST_F(ProfileFolderTest, is_read_up_to_its_limit_and_says_so_once) {
  fill(proto::max_stored_profiles + 2);
  const auto loaded = load_profiles();
  EXPECT_EQ(loaded.files.size(), proto::max_stored_profiles);
  ASSERT_EQ(loaded.faults.size(), 1U);
  EXPECT_EQ(loaded.faults[0].text,
            "there are more than 64 in " + folder.string() + "; the others are left aside");
}

TEST_F(ProfileFolderTest, has_regular_files_only) {
  fs::create_directories(folder / "folder.xml");
  ASSERT_EQ(mkfifo((folder / "pipe.xml").c_str(), 0600), 0);
  fill(1);
  const auto loaded = load_profiles();
  EXPECT_EQ(loaded.files, (std::vector<ProfileFile>{{"0.xml", "x"}}));
  EXPECT_TRUE(loaded.faults.empty());
}

TEST_F(ProfileFolderTest, that_is_not_there_is_empty_and_one_that_cannot_be_read_is_told) {
  EXPECT_TRUE(load_profiles().faults.empty());
  fs::create_directories(folder.parent_path());
  std::ofstream(folder.string()) << "a file in its place";
  EXPECT_EQ(load_profiles().faults.size(), 1U);
}

TEST_F(ProfileFolderTest, of_a_user_is_written_as_that_user) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  constexpr uid_t user = 61199;
  const auto home = temporary.path() + "/home";
  ASSERT_EQ(chmod(temporary.path().c_str(), 0755), 0);
  fs::create_directories(home);
  ASSERT_EQ(chown(home.c_str(), user, user), 0);
  setenv("XDG_CONFIG_HOME", home.c_str(), 1);
  EXPECT_TRUE(save_profile("corp.xml", "x"));
  EXPECT_TRUE(TrustStore().save());
  struct stat status {};
  for (const auto* name : {"", "/profiles", "/profiles/corp.xml", "/trust"}) {
    ASSERT_EQ(lstat((home + "/sallyport" + name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_uid, user) << name;
  }
  // A link of the user's to what is root's.
  fs::remove_all(home + "/sallyport/profiles");
  fs::create_directories(temporary.path() + "/roots");
  fs::create_directory_symlink(temporary.path() + "/roots", home + "/sallyport/profiles");
  EXPECT_FALSE(save_profile("corp.xml", "x"));
  EXPECT_TRUE(fs::is_empty(temporary.path() + "/roots"));
}

}  // namespace
}  // namespace sallyport::client
