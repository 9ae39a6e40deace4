#include "supervisor/config.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/text.hpp"
#include "supervisor/config_checks.hpp"
#include "supervisor/config_tables.hpp"

namespace sallyport::supervisor {
namespace {

// Each back end of [aaa] costs two descriptors in one message, and a message has at most 253 (unix(7)).
constexpr std::size_t max_aaa = 64;
constexpr std::size_t max_sections = 256;

// One pass over a parsed file.
class Assembly {
 public:
  Assembly(const TomlTable& file, Config& config, Complaints& complaints)
      : file_(file), config_(config), complaints_(complaints) {}

  void run() {
    refuse_unknown_sections();
    section("listen", listen_keys(), config_.listen);
    section("process", process_keys(), config_.process);
    if (const auto* tls = find(file_, "tls")) config_.tls.at = tls->at;
    section("tls", tls_keys(), config_.tls);
    if (const auto* tunnel = find(file_, "tunnel")) config_.tunnel.at = tunnel->at;
    section("tunnel", tunnel_keys(), config_.tunnel);
    section("state", state_keys(), config_.state);
    each_named("aaa", max_aaa, [&](const TomlEntry& entry) { add_aaa(entry); });
    each_named("connection_profile", max_sections, [&](const TomlEntry& entry) { add_profile(entry); });
    each_named("group_policy", max_sections, [&](const TomlEntry& entry) {
      read_section(group_policy_keys(), entry.node, "[group_policy.NAME]", config_.group_policies[entry.key],
                   complaints_);
    });
    fill_defaults();
  }

 private:
  bool says(std::string_view section, std::string_view key) const {
    const auto* entry = find(file_, section);
    const auto* table = entry ? std::get_if<TomlTable>(&entry->node.value) : nullptr;
    return table && find(*table, key);
  }

  void refuse_unknown_sections() {
    const std::vector<std::string_view> known{"listen", "process", "tls",          "tunnel",
                                              "state",  "aaa",     "group_policy", "connection_profile"};
    for (const auto& entry : file_) {
      if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
        const bool is_section = std::holds_alternative<TomlTable>(entry.node.value);
        complaints_.add(entry.at, unknown(is_section ? "section" : "key", entry.key, known));
      }
    }
  }

  template <class Section>
  void section(std::string_view name, const Keys<Section>& keys, Section& target) {
    if (const auto* entry = find(file_, name)) {
      read_section(keys, entry->node, fmt::format("[{}]", name), target, complaints_);
    }
  }

  // The tables below [aaa], [connection_profile] and [group_policy].
  template <class Add>
  void each_named(std::string_view kind, std::size_t limit, const Add& add) {
    const auto* entry = find(file_, kind);
    if (!entry) return;
    const auto* table = std::get_if<TomlTable>(&entry->node.value);
    if (!table)
      return complaints_.add(entry->node.at, fmt::format("this must be a section, written [{}.NAME]", kind));
    if (table->size() > limit) {
      return complaints_.add(entry->at, fmt::format("more than {} sections [{}.NAME]", limit, kind));
    }
    for (const auto& each : *table) {
      if (!std::holds_alternative<TomlTable>(each.node.value)) {
        complaints_.add(each.at, fmt::format("'{}' must stand in a section [{}.NAME]",
                                             escape_for_log(each.key, 64), kind));
      } else if (each.key.empty() || each.key.size() > 64 || escape_for_log(each.key) != each.key) {
        complaints_.add(
            each.at,
            "the name of a section must be 1 to 64 printable ASCII characters, no quotes or backslashes");
      } else {
        add(each);
      }
    }
  }

  void add_aaa(const TomlEntry& entry) {
    auto& aaa = config_.aaa[entry.key];
    aaa.at = entry.at;
    const auto* type = find(std::get<TomlTable>(entry.node.value), "type");
    const auto* text = type ? std::get_if<std::string>(&type->node.value) : nullptr;
    if (text && (*text == "pam" || *text == "radius" || *text == "ldap")) {
      // One clear line; what else the section says is that back end's and can't be judged.
      complaints_.add(type->node.at, fmt::format("type \"{}\" is not supported by this build yet", *text));
      aaa.users.at = aaa.otp.at = type->node.at;
      return;
    }
    read_section(aaa_keys(), entry.node, "[aaa.NAME]", aaa, complaints_);
  }

  void add_profile(const TomlEntry& entry) {
    auto& profile = config_.connection_profiles.emplace_back();
    profile.name = entry.key;
    profile.at = entry.at;
    read_section(connection_profile_keys(), entry.node, "[connection_profile.NAME]", profile, complaints_);
  }

  // Defaults that depend on other keys.
  void fill_defaults() {
    if (!says("listen", "udp")) config_.listen.udp = config_.listen.tcp;
    if (!says("tls", "dtls_ciphers")) {
      for (auto& name : default_dtls_ciphers(config_.tls.legacy)) {
        config_.tls.dtls_ciphers.push_back({std::move(name), {}});
      }
    }
  }

  const TomlTable& file_;
  Config& config_;
  Complaints& complaints_;
};

void choose_default_profile(std::vector<ConnectionProfile>& profiles) {
  const auto is_default = [](const ConnectionProfile& profile) { return profile.is_default.value; };
  if (std::none_of(profiles.begin(), profiles.end(), is_default)) profiles.front().is_default.value = true;
}

}  // namespace

std::string unknown(std::string_view kind, std::string_view name,
                    const std::vector<std::string_view>& candidates) {
  return fmt::format("unknown {} '{}'{}", kind, escape_for_log(name, 64), suggestion(name, candidates));
}

Result<Config> parse_config(std::string_view text, std::string_view file_name) {
  Complaints complaints;
  Config config;
  config.file = file_name;
  if (const auto file = parse_toml(text)) {
    Assembly(*file, config, complaints).run();
    check_config(config, complaints);
  } else {
    complaints.add(file.error().at, file.error().sentence);
  }
  if (!complaints.empty()) return fail(ErrorKind::malformed, complaints.to_text(file_name));
  choose_default_profile(config.connection_profiles);
  return config;
}

void resolve_paths(Config& config, std::string_view folder) {
  const auto resolve = [&](std::string& path) {
    if (!path.empty()) path = (std::filesystem::path(folder) / path).lexically_normal().string();
  };
  if (auto* local = std::get_if<UnixPath>(&config.listen.admin.value)) resolve(local->path);
  for (auto& pair : config.tls.key_pairs) {
    resolve(pair.certificate.value);
    resolve(pair.private_key.value);
  }
  resolve(config.tls.client_ca.value);
  resolve(config.tls.client_crl.value);
  auto& state = config.state.directory.value;
  resolve(state);
  if (state.size() > 1 && state.ends_with('/')) state.pop_back();  // so that its last part has a name
  for (auto& [name, aaa] : config.aaa) {
    resolve(aaa.users.value);
    resolve(aaa.otp.value);
  }
  for (auto& [name, policy] : config.group_policies) resolve(policy.client_profile.value);
}

std::string profile_file_name(const GroupPolicy& policy) {
  return std::filesystem::path(policy.client_profile.value).filename().string();
}

tl::unexpected<Error> fail_at(const Config& config, Position at, std::string_view sentence) {
  return fail(ErrorKind::malformed, fmt::format("{}: {}", place(config.file, at), sentence));
}

const ConnectionProfile& default_profile(const Config& config) {
  const auto& profiles = config.connection_profiles;
  const auto found = std::find_if(profiles.begin(), profiles.end(),
                                  [](const ConnectionProfile& profile) { return profile.is_default.value; });
  return found == profiles.end() ? profiles.front() : *found;
}

std::string config_reference() {
  std::string text;
  for (const auto& section : section_references()) {
    text += fmt::format("{}{}\n    {}\n\n", text.empty() ? "" : "\n", section.title, section.help);
    for (const auto& key : section.keys) {
      const auto standard = key.standard.empty() ? "" : fmt::format(" Default: {}", key.standard);
      text += fmt::format("{}\n    {}{}\n", key.name, key.help, standard);
    }
  }
  return text;
}

}  // namespace sallyport::supervisor
