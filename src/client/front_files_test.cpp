#include "client/front_files.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/temporary_folder_test.hpp"
#include "client/preferences_file.hpp"
#include "client/profile_folder.hpp"
#include "sys/memory_file.hpp"

namespace sallyport::client {
namespace {

constexpr std::string_view profile =
    "<AnyConnectProfile><ServerList><HostEntry><HostName>Head office</HostName>"
    "<HostAddress>vpn.example.com</HostAddress></HostEntry></ServerList>"
    "</AnyConnectProfile>";

class FrontFilesTest : public ::testing::Test {
 protected:
  FrontFilesTest() { setenv("XDG_CONFIG_HOME", temporary.path().c_str(), 1); }
  ~FrontFilesTest() override { unsetenv("XDG_CONFIG_HOME"); }

  void write(const std::string& name, std::string_view content) const {
    std::filesystem::create_directories(folder / "profiles");
    std::ofstream(folder / name, std::ios::binary) << content;
  }
  std::string read(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(folder / name).rdbuf();
    return text.str();
  }
  std::string error_of_storing(const std::string& name, std::string_view content) {
    std::vector<Descriptor> descriptors;
    descriptors.push_back(*sys::make_memory_file(as_bytes(content)));
    const auto stored = files.store({name}, descriptors);
    return stored ? "" : stored.error().text;
  }

  const testing_support::TemporaryFolder temporary;
  const std::filesystem::path folder = std::filesystem::path(temporary.path()) / "sallyport";
  ConnectOptions options{.target = "Head office", .quiet = true};
  Console console{options};
  FrontFiles files{options, console};
};

TEST_F(FrontFilesTest, store_a_profile_where_no_other_user_reads_it) {
  EXPECT_EQ(error_of_storing("corp.xml", profile), "");
  EXPECT_EQ(read("profiles/corp.xml"), profile);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(folder / "profiles").permissions(), perms::owner_all);
  EXPECT_EQ(std::filesystem::status(folder / "profiles/corp.xml").permissions(),
            perms::owner_read | perms::owner_write);
  EXPECT_EQ(error_of_storing("corp.xml", "new"), "");
  EXPECT_EQ(read("profiles/corp.xml"), "new");
}

TEST_F(FrontFilesTest, check_names_content_and_number_again) {
  for (const auto* name : {"../trust", "a/b.xml", "trust", ".xml", ""}) {
    EXPECT_NE(error_of_storing(name, profile), "") << name;
  }
  EXPECT_FALSE(files.store({"corp.xml"}, {}));
  EXPECT_FALSE(std::filesystem::exists(folder / "profiles/corp.xml"));
  for (int stored = 0; stored < 3; ++stored) EXPECT_EQ(error_of_storing("corp.xml", profile), "");
  EXPECT_EQ(error_of_storing("corp.xml", profile), "there are too many");
}

TEST_F(FrontFilesTest, take_sealed_memory_only_and_of_a_bounded_size) {
  std::vector<Descriptor> pipe_end;
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  pipe_end.emplace_back(ends[0]);
  const Descriptor other(ends[1]);
  const auto stored = files.store({"corp.xml"}, pipe_end);
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().text, "is not a sealed memory file");
  EXPECT_EQ(error_of_storing("corp.xml", std::string((1U << 20) + 1, ' ')), "is larger than 1048576 bytes");
}

TEST_F(FrontFilesTest, introduce_what_the_user_has) {
  write("profiles/corp.xml", profile);
  write("profiles/notes.txt", "");
  write("preferences.xml",
        "<AnyConnectPreferences><DefaultUser>alice</DefaultUser>"
        "<DefaultHostName>head office</DefaultHostName></AnyConnectPreferences>");
  proto::ConnectionStart start;
  const auto contents = files.introduce(start);
  ASSERT_TRUE(contents);
  EXPECT_TRUE(start.with_profiles);
  ASSERT_EQ(contents->size(), 1U);
  EXPECT_EQ(as_text(*sys::read_memory_file(contents->at(0).number(), 4096)), profile);
  EXPECT_EQ(start.default_user, "alice");
  ASSERT_EQ(start.profiles.size(), 1U);
  EXPECT_EQ(start.profiles[0].name, "corp.xml");
  EXPECT_EQ(start.profiles[0].hash.size(), 40U);
}

TEST_F(FrontFilesTest, keep_the_profiles_where_the_target_is_a_host) {
  write("profiles/corp.xml", profile);
  options.target = "vpn";
  proto::ConnectionStart start;
  const auto contents = files.introduce(start);
  ASSERT_TRUE(contents);
  EXPECT_TRUE(contents->empty());
  EXPECT_FALSE(start.with_profiles);
  EXPECT_EQ(start.profiles.size(), 1U);
}

TEST_F(FrontFilesTest, remember_the_address_that_a_name_had_if_it_can_be_one) {
  for (const auto& address : {std::string("a b"), std::string(300, 'a'), std::string()}) {
    files.remember({"alice", "", std::string(40, 'A'), address});
    EXPECT_EQ(load_preferences()->default_user, "");
  }
  files.remember({"alice", "", std::string(40, 'A'), "vpn.example.com:8443"});
  EXPECT_EQ(load_preferences()->default_host_name, "Head office");
  EXPECT_EQ(load_preferences()->default_host_address, "vpn.example.com:8443");
}

TEST_F(FrontFilesTest, say_nothing_of_another_gateways_user) {
  write("preferences.xml",
        "<AnyConnectPreferences><DefaultUser>alice</DefaultUser>"
        "<DefaultHostName>elsewhere</DefaultHostName></AnyConnectPreferences>");
  options.target = "office";
  proto::ConnectionStart start;
  ASSERT_TRUE(files.introduce(start));
  EXPECT_EQ(start.default_user, "");
}

TEST_F(FrontFilesTest, remember_the_login_for_the_next_time) {
  options.target = "office";
  proto::ConnectionStart start;
  ASSERT_TRUE(files.introduce(start));
  files.remember({"alice", "Employees", std::string(40, 'A'), ""});
  const auto now = load_preferences();
  ASSERT_TRUE(now);
  EXPECT_EQ(now->default_user, "alice");
  EXPECT_EQ(now->default_host_name, "office");
  EXPECT_EQ(now->default_host_address, "office");
}

TEST_F(FrontFilesTest, leave_preferences_alone_that_they_cannot_read) {
  write("preferences.xml", "<AnyConnectPreferences><Default");
  options.target = "office";
  proto::ConnectionStart start;
  ASSERT_TRUE(files.introduce(start));
  files.remember({"alice", "Employees", std::string(40, 'A'), ""});
  EXPECT_EQ(read("preferences.xml"), "<AnyConnectPreferences><Default");
}

}  // namespace
}  // namespace sallyport::client
