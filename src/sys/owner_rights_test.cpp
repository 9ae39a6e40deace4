#include "sys/owner_rights.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temporary_folder_test.hpp"
#include "sys/files.hpp"

namespace sallyport::sys {
namespace {

constexpr uid_t user = 61199;

class OwnerRightsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
    ASSERT_EQ(chmod(temporary.path().c_str(), 0755), 0);
    ASSERT_EQ(mkdir(home.c_str(), 0700), 0);
    ASSERT_EQ(chown(home.c_str(), user, user), 0);
  }
  // Whether a file can be written there by whoever `rights` makes us.
  static Result<void> write_in(const std::string& owned, const std::string& path) {
    const auto rights = TRY(OwnerRights::take(owned));
    return replace_file(path, as_bytes("new"), {});
  }
  static uid_t owner_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
    return status.st_uid;
  }

  const testing_support::TemporaryFolder temporary;
  const std::string home = temporary.path() + "/home";
};

TEST_F(OwnerRightsTest, makes_files_as_the_owner_of_the_folder_and_is_root_again) {
  EXPECT_TRUE(write_in(home + "/.config/sallyport", home + "/file"));
  EXPECT_EQ(owner_of(home + "/file"), user);
  EXPECT_EQ(geteuid(), 0U);
  EXPECT_EQ(getegid(), 0U);
}

TEST_F(OwnerRightsTest, stays_root_where_all_of_the_way_is_roots) {
  EXPECT_TRUE(write_in(temporary.path() + "/not/there", temporary.path() + "/file"));
  EXPECT_EQ(owner_of(temporary.path() + "/file"), 0U);
}

TEST_F(OwnerRightsTest, a_link_of_the_user_leads_no_further_than_the_user) {
  const auto target = temporary.path() + "/roots";
  ASSERT_EQ(mkdir(target.c_str(), 0755), 0);
  ASSERT_EQ(symlink(target.c_str(), (home + "/sallyport").c_str()), 0);
  ASSERT_EQ(lchown((home + "/sallyport").c_str(), user, user), 0);
  EXPECT_FALSE(write_in(home + "/sallyport", home + "/sallyport/trust"));
  EXPECT_FALSE(write_in(home + "/sallyport/deeper", home + "/sallyport/trust"));
  EXPECT_FALSE(std::filesystem::exists(target + "/trust"));
}

TEST_F(OwnerRightsTest, the_groups_of_root_are_not_taken_along) {
  const auto shared = temporary.path() + "/shared";
  ASSERT_EQ(mkdir(shared.c_str(), 0), 0);
  ASSERT_EQ(chmod(shared.c_str(), 0770), 0);
  EXPECT_FALSE(write_in(home, shared + "/file"));
}

}  // namespace
}  // namespace sallyport::sys
