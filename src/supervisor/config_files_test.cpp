#include "supervisor/config_files.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/temporary_folder_test.hpp"

namespace sallyport::supervisor {
namespace {

constexpr std::string_view profile = "<AnyConnectProfile xmlns=\"http://schemas.xmlsoap.org/encoding/\"/>\n";
constexpr std::string_view certificate = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";

class ConfigFiles : public testing::Test {
 protected:
  void SetUp() override {
    write("server.pem", certificate);
    write("ca.pem", certificate);
    write("crl.pem", "-----BEGIN X509 CRL-----\n");
    write("corp.xml", profile);
    config.file = "gateway.toml";
    config.tls.key_pairs = {{{}, {"server.pem", {2, 15}}, {"no-such.key", {3, 15}}}};
    config.tls.client_ca = {"ca.pem", {4, 13}};
    config.tls.client_crl = {"crl.pem", {5, 14}};
    config.group_policies["staff"].client_profile = {"corp.xml", {30, 18}};
    config.group_policies["guests"];
    resolve_paths(config, folder.string());
  }

  void write(const std::string& name, std::string_view content) {
    std::ofstream(folder / name, std::ios::binary) << content;
  }
  std::string path(const std::string& name) const { return (folder / name).string(); }
  std::string errors() const {
    const auto files = load_files(config);
    return files ? "no error" : files.error().text;
  }

  Config config;
  const testing_support::TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path();
};

TEST_F(ConfigFiles, holds_what_is_public_and_leaves_private_keys_alone) {
  const auto files = load_files(config);
  ASSERT_TRUE(files.has_value()) << files.error().text;
  EXPECT_EQ(files->certificates, std::vector<std::string>{std::string(certificate)});
  EXPECT_EQ(files->client_ca, certificate);
  EXPECT_EQ(files->client_crl, "-----BEGIN X509 CRL-----\n");
  ASSERT_EQ(files->client_profiles.size(), 1U);
  EXPECT_EQ(files->client_profiles.at(path("corp.xml")), profile);
}

TEST_F(ConfigFiles, are_optional_where_the_configuration_says_nothing) {
  config.tls.client_ca = config.tls.client_crl = {};
  config.group_policies.clear();
  const auto files = load_files(config);
  ASSERT_TRUE(files.has_value());
  EXPECT_EQ(files->client_ca, "");
  EXPECT_TRUE(files->client_profiles.empty());
}

TEST_F(ConfigFiles, tell_all_that_is_wrong_with_its_place) {
  std::filesystem::remove(path("server.pem"));
  write("ca.pem", "");
  write("crl.pem", "DER");
  std::filesystem::remove(path("corp.xml"));
  std::filesystem::create_directory(path("corp.xml"));
  EXPECT_EQ(errors(), "gateway.toml:2:15: '" + path("server.pem") +
                          "' cannot be read: No such file or directory\n" + "gateway.toml:4:13: '" +
                          path("ca.pem") + "' cannot be read: it is empty\n" + "gateway.toml:5:14: '" +
                          path("crl.pem") + "' is not in PEM format\n" + "gateway.toml:30:18: '" +
                          path("corp.xml") + "' cannot be read: it is not a regular file");
}

TEST_F(ConfigFiles, never_carry_a_private_key) {
  write("server.pem", std::string(certificate) + "-----BEGIN EC PRIVATE KEY-----\nMA==\n");
  EXPECT_EQ(errors(), "gateway.toml:2:15: '" + path("server.pem") +
                          "' holds a private key, which must be in a file of its own");
}

TEST_F(ConfigFiles, have_a_limit_of_size) {
  const std::string filled(profile);
  write("corp.xml", filled + std::string((1 << 20) - filled.size(), ' '));
  EXPECT_EQ(errors(), "no error");
  write("corp.xml", std::string((1 << 20) + 1, ' '));
  EXPECT_EQ(errors(),
            "gateway.toml:30:18: '" + path("corp.xml") + "' cannot be read: it is larger than 1024 KiB");
}

TEST_F(ConfigFiles, do_not_wait_for_a_pipe) {
  std::filesystem::remove(path("corp.xml"));
  ASSERT_EQ(mkfifo(path("corp.xml").c_str(), 0600), 0);
  EXPECT_EQ(errors(),
            "gateway.toml:30:18: '" + path("corp.xml") + "' cannot be read: it is not a regular file");
}

TEST_F(ConfigFiles, hold_client_profiles_that_clients_can_read) {
  write("corp.xml", "<AnyConnectProfile xmlns=\"http://schemas.xmlsoap.org/encoding/\">\n<ServerList>\n");
  EXPECT_TRUE(errors().starts_with("gateway.toml:30:18: '" + path("corp.xml") + "' is no client profile: "))
      << errors();
  write("corp.xml",
        "<AnyConnectProfile xmlns=\"http://schemas.xmlsoap.org/encoding/\">\n<ServerList>\n"
        "<HostEntry/></ServerList></AnyConnectProfile>");
  EXPECT_EQ(errors(), "gateway.toml:30:18: '" + path("corp.xml") +
                          "' is no client profile: line 3: <HostEntry> has no HostName");
}

}  // namespace
}  // namespace sallyport::supervisor
