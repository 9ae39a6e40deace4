#include "client/host_dns.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temporary_folder_test.hpp"
#include "client/host_samples_test.hpp"

namespace sallyport::client {

namespace {

class HostDnsTest : public testing::Test {
 protected:
  void SetUp() override {
    paths = {folder + "/resolve", folder + "/resolvectl", folder + "/resolvconf", folder + "/resolv.conf"};
    std::ofstream(paths.resolv_conf) << old;
    journal.emplace(Journal::create(folder).value());
    dns.emplace(paths, *journal);
  }

  // A program that writes its arguments and its input down, and ends with `status`.
  void make_program(const std::string& path, int status) const {
    std::ofstream(path) << "#!/bin/sh\n{ echo \"$*\"; cat; } >> " << folder << "/calls\nexit " << status
                        << "\n";
    chmod(path.c_str(), 0755);
  }
  static std::string read(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::string calls() const { return read(folder + "/calls"); }

  const std::string old = "# mine\nnameserver 192.0.2.53\nsearch home.example\noptions ndots:2\n";
  const testing_support::TemporaryFolder temporary;
  const std::string& folder = temporary.path();
  DnsPaths paths;
  std::optional<Journal> journal;
  std::optional<HostDns> dns;
};

}  // namespace

TEST_F(HostDnsTest, rewrites_the_file_in_place_and_puts_it_back) {
  ASSERT_EQ(chmod(paths.resolv_conf.c_str(), 0640), 0);
  struct stat before {};
  ASSERT_EQ(stat(paths.resolv_conf.c_str(), &before), 0);
  ASSERT_TRUE(dns->set(sample_settings(), "sally0"));
  const auto text = read(paths.resolv_conf);
  EXPECT_TRUE(text.starts_with("# Written by sallyport (process " + std::to_string(getpid()) + ")")) << text;
  EXPECT_TRUE(
      text.ends_with("\nsearch corp.example home.example\nnameserver 10.9.0.1\nnameserver fd00:9::1\n"
                     "# mine\noptions ndots:2\n"))
      << text;
  journal->undo_all([](const Error& error) { ADD_FAILURE() << error.text; });
  EXPECT_EQ(read(paths.resolv_conf), old);
  struct stat after {};
  ASSERT_EQ(stat(paths.resolv_conf.c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino);
  EXPECT_EQ(after.st_mode, before.st_mode);
}

TEST_F(HostDnsTest, again_starts_from_what_the_file_was_first) {
  ASSERT_TRUE(dns->set(sample_settings(), "sally0"));
  auto settings = sample_settings();
  settings.dns = {address("10.9.0.77")};
  settings.default_domain = "";
  ASSERT_TRUE(dns->set(settings, "sally0"));
  const auto text = read(paths.resolv_conf);
  EXPECT_TRUE(text.ends_with("\nsearch home.example\nnameserver 10.9.0.77\n# mine\noptions ndots:2\n"))
      << text;
  EXPECT_EQ(journal->entries().size(), 1U);
}

TEST_F(HostDnsTest, without_servers_nothing_changes) {
  auto settings = sample_settings();
  settings.dns.clear();
  ASSERT_TRUE(dns->set(settings, "sally0"));
  EXPECT_EQ(read(paths.resolv_conf), old);
  EXPECT_TRUE(journal->entries().empty());
}

TEST_F(HostDnsTest, a_file_that_is_missing_is_made_and_removed) {
  std::filesystem::remove(paths.resolv_conf);
  ASSERT_TRUE(dns->set(sample_settings(), "sally0"));
  EXPECT_TRUE(std::filesystem::exists(paths.resolv_conf));
  journal->undo_all([](const Error& error) { ADD_FAILURE() << error.text; });
  EXPECT_FALSE(std::filesystem::exists(paths.resolv_conf));
}

TEST_F(HostDnsTest, prefers_resolved_where_it_works) {
  std::filesystem::create_directory(paths.resolved_folder);
  make_program(paths.resolvectl, 0);
  ASSERT_TRUE(dns->set(sample_settings(), "sally0"));
  EXPECT_EQ(calls(),
            "dns sally0 10.9.0.1 fd00:9::1\ndomain sally0 corp.example ~.\ndefault-route sally0 yes\n");
  EXPECT_EQ(read(paths.resolv_conf), old);
}

TEST_F(HostDnsTest, goes_on_to_the_next_where_resolved_does_not_know_the_interface) {
  std::filesystem::create_directory(paths.resolved_folder);
  make_program(paths.resolvectl, 1);
  ASSERT_TRUE(dns->set(sample_settings(), "sally0"));
  EXPECT_NE(read(paths.resolv_conf), old);
}

TEST_F(HostDnsTest, gives_resolvconf_a_record_and_takes_it_back) {
  make_program(paths.resolvconf, 0);
  ASSERT_TRUE(dns->set(sample_settings(), "sally0"));
  ASSERT_TRUE(dns->set(sample_settings(), "sally0"));
  EXPECT_EQ(journal->entries().size(), 1U);
  journal->undo_all([](const Error& error) { ADD_FAILURE() << error.text; });
  const std::string record =
      "-a sally0.sallyport\nsearch corp.example\nnameserver 10.9.0.1\nnameserver fd00:9::1\n";
  EXPECT_EQ(calls(), record + record + "-d sally0.sallyport\n");
}

TEST_F(HostDnsTest, resolvectl_under_the_name_of_resolvconf_is_passed_over) {
  make_program(paths.resolvectl, 0);
  std::filesystem::create_symlink("resolvectl", paths.resolvconf);
  ASSERT_TRUE(dns->set(sample_settings(), "sally0"));
  EXPECT_NE(read(paths.resolv_conf), old);
}

TEST(ResolvedDomains, with_split_dns_only_the_given_names_are_asked_there) {
  auto settings = sample_settings();
  settings.split_dns = {"corp.example", "lab.example"};
  EXPECT_EQ(resolved_domains(settings),
            (ResolvedDomains{{"corp.example", "~corp.example", "~lab.example"}, false}));
  settings.tunnel_all_dns = true;
  EXPECT_TRUE(resolved_domains(settings).all_names);
}

TEST(ResolvConf, has_three_servers_at_most_and_no_domain_twice) {
  auto settings = sample_settings();
  settings.dns.assign(5, address("10.0.0.1"));
  EXPECT_EQ(resolv_conf(settings, "", "domain corp.example\nsearch\tb.example  corp.example\n"),
            "search corp.example b.example\nnameserver 10.0.0.1\nnameserver 10.0.0.1\nnameserver 10.0.0.1\n");
}

}  // namespace sallyport::client
