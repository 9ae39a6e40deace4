// The tables, the manual page and the packaged configuration say the same.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>

#include "supervisor/config_tables.hpp"

namespace sallyport::supervisor {
namespace {

struct Entry {
  std::string text;      // what is said about the key, blanks made single
  std::string standard;  // the value it is shown with
};
using Entries = std::map<std::string, Entry>;  // by "[section] key"

std::vector<std::string> lines_of(const std::string& name) {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  std::ifstream file(root / name);
  EXPECT_TRUE(file.is_open()) << name;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string joined(const std::string& text) {
  std::istringstream words(text);
  std::string result;
  for (std::string word; words >> word;) result += (result.empty() ? "" : " ") + word;
  return result;
}

// "[aaa.local]" and "[aaa.NAME]" are the same section.
std::string general(const std::string& title) {
  return std::regex_replace(title, std::regex(R"(^\[(aaa|connection_profile|group_policy)\..*\]$)"),
                            "[$1.NAME]");
}

// Comments stand above the key they are about; a key that is a comment itself shows its default.
Entries read_packaged() {
  static const std::regex header(R"(^(# )?(\[.*\])$)");
  static const std::regex setting(R"(^(# )?([a-z_0-9]+) = (.*)$)");
  Entries entries;
  std::string section;
  std::string comment;
  for (const auto& line : lines_of("packaging/sallyport.toml")) {
    std::smatch match;
    if (std::regex_match(line, match, header)) {
      section = general(match[2]);
    } else if (std::regex_match(line, match, setting)) {
      entries[section + " " + match[2].str()] = {joined(comment), match[3]};
    } else if (line.starts_with("#")) {
      comment += " " + line.substr(1);
      continue;
    }
    comment.clear();
  }
  return entries;
}

// scdoc: "## [listen]", then "*tcp* = …" and its text below, indented; \ before a character that would mean
// something.
Entries read_manual() {
  static const std::regex setting(R"(^\*([a-z_0-9]+)\*$)");
  Entries entries;
  std::string section;
  Entry* current = nullptr;
  for (const auto& raw : lines_of("doc/sallyport.toml.5.scd")) {
    const auto line = std::regex_replace(raw, std::regex(R"(\\(.))"), "$1");
    std::smatch match;
    if (line.starts_with("#")) {
      section = general(line.substr(line.find(' ') + 1));
      current = nullptr;
    } else if (std::regex_match(line, match, setting)) {
      current = &entries[section + " " + match[1].str()];
    } else if (current && line.starts_with("\tDefault: ")) {
      current->standard = line.substr(10);
    } else if (current) {
      current->text = joined(current->text + " " + line);
    }
  }
  return entries;
}

void expect_agreement(const Entries& entries, const std::string& file, bool examples_allowed) {
  std::size_t keys = 0;
  for (const auto& section : section_references()) {
    for (const auto& key : section.keys) {
      ++keys;
      const auto name = std::string(section.title) + " " + std::string(key.name);
      const auto found = entries.find(name);
      if (found == entries.end()) {
        ADD_FAILURE() << file << " lacks " << name;
        continue;
      }
      EXPECT_TRUE(found->second.text.starts_with(key.help))
          << name << " in " << file << ": " << found->second.text;
      if (!key.standard.empty() || !examples_allowed) EXPECT_EQ(found->second.standard, key.standard) << name;
    }
  }
  EXPECT_EQ(entries.size(), keys) << file << " names a key twice or one that does not exist";
}

TEST(ConfigReference, agrees_with_the_packaged_configuration) {
  expect_agreement(read_packaged(), "packaging/sallyport.toml", true);
}

TEST(ConfigReference, agrees_with_the_manual_page) {
  expect_agreement(read_manual(), "doc/sallyport.toml.5.scd", false);
}

TEST(ConfigReference, parses_the_packaged_configuration_with_and_without_what_is_commented_out) {
  const std::regex optional(R"(^# (\[.*\]|[a-z_0-9]+ = .*)$)");
  std::string as_shipped;
  std::string all_on;
  for (const auto& line : lines_of("packaging/sallyport.toml")) {
    as_shipped += line + "\n";
    all_on += std::regex_replace(line, optional, "$1") + "\n";
  }
  const auto shipped = parse_config(as_shipped, "shipped");
  EXPECT_TRUE(shipped.has_value()) << shipped.error().text;
  const auto everything = parse_config(all_on, "all_on");
  ASSERT_TRUE(everything.has_value()) << everything.error().text;
  EXPECT_EQ(everything->tls.key_pairs.size(), 2U);
  EXPECT_TRUE(everything->tunnel.address_pool6.value.has_value());
}

// What the help calls the default is what an absent key gives: the values written out change nothing.
TEST(ConfigReference, names_the_defaults_that_absent_keys_have) {
  const std::string needed =
      "tls.certificate = 'c'\ntls.private_key = 'k'\ntunnel.address_pool = '10.0.0.0/8'\naaa.NAME.users = "
      "'u'\n"
      "connection_profile.NAME.aaa = 'NAME'\nconnection_profile.NAME.group_policy = 'NAME'\n";
  std::string written;
  for (const auto& section : section_references()) {
    for (const auto& key : section.keys) {
      const auto title = std::string(section.title.substr(1, section.title.size() - 2));
      if (!key.standard.empty())
        written += title + "." + std::string(key.name) + " = " + std::string(key.standard) + "\n";
    }
  }
  const auto absent = parse_config(needed + "group_policy.NAME = {}\n", "f");
  const auto present = parse_config(needed + written, "f");
  ASSERT_TRUE(absent.has_value()) << absent.error().text;
  ASSERT_TRUE(present.has_value()) << present.error().text;

  auto policy = present->group_policies.at("NAME");
  EXPECT_EQ(policy, absent->group_policies.at("NAME"));
  const auto values = [](const auto& list) {
    std::vector<std::decay_t<decltype(list.front().value)>> plain;
    plain.reserve(list.size());
    for (const auto& item : list) plain.push_back(item.value);
    return plain;
  };
  EXPECT_EQ(values(present->listen.tcp), values(absent->listen.tcp));
  EXPECT_EQ(present->listen.admin.value, absent->listen.admin.value);
  EXPECT_EQ(present->process.control_threads, absent->process.control_threads);
  EXPECT_EQ(present->process.workers.value, absent->process.workers.value);
  EXPECT_EQ(values(present->tls.dtls_ciphers), values(absent->tls.dtls_ciphers));
  EXPECT_EQ(present->tls.legacy, absent->tls.legacy);
  EXPECT_EQ(present->tunnel.interface.value, absent->tunnel.interface.value);
  EXPECT_EQ(present->tunnel.forwarding, absent->tunnel.forwarding);
  EXPECT_EQ(present->tunnel.tun_offload, absent->tunnel.tun_offload);
  EXPECT_EQ(present->tunnel.udp_gso, absent->tunnel.udp_gso);
  EXPECT_EQ(present->tunnel.coalesce_udp, absent->tunnel.coalesce_udp);
  EXPECT_EQ(present->tunnel.dtls_crypto, absent->tunnel.dtls_crypto);
  EXPECT_EQ(present->state.directory.value, absent->state.directory.value);
  EXPECT_EQ(present->connection_profiles[0].authentication.value,
            absent->connection_profiles[0].authentication.value);
}

TEST(ConfigReference, prints_every_section_and_key) {
  const auto text = config_reference();
  EXPECT_NE(text.find("[connection_profile.NAME]\n"), std::string::npos);
  EXPECT_NE(text.find("\nrekey_method\n    How the keys"), std::string::npos);
  EXPECT_NE(text.find("Default: \"new-tunnel\"\n"), std::string::npos);
  EXPECT_EQ(text.find("store"), std::string::npos) << "what is not supported is not offered";
}

}  // namespace
}  // namespace sallyport::supervisor
