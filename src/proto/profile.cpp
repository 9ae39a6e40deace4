#include "proto/profile.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "proto/url.hpp"
#include "proto/xml.hpp"

namespace sallyport::proto {

namespace {

constexpr xml::Limits limits{.size = max_profile_size, .depth = 32};
constexpr std::string_view root_name = "AnyConnectProfile";
constexpr std::string_view name_space = "http://schemas.xmlsoap.org/encoding/";

// Settings and the values AnyConnectProfile.xsd allows them, separated by '|'; "#" is a number.
struct Rule {
  std::string_view name, values;
};

constexpr std::string_view boolean = "true|false";
constexpr std::array<Rule, 32> rules = {{
    {"UseStartBeforeLogon", boolean},
    {"AutomaticCertSelection", boolean},
    {"ShowPreConnectMessage", boolean},
    {"CertificateStore", "All|Machine|User"},
    {"CertificateStoreOverride", boolean},
    {"ProxySettings", "Native|IgnoreProxy|Override"},
    {"AllowLocalProxyConnections", boolean},
    {"AuthenticationTimeout", "#"},
    {"AutoConnectOnStart", boolean},
    {"MinimizeOnConnect", boolean},
    {"LocalLanAccess", boolean},
    {"ClearSmartcardPin", boolean},
    {"IPProtocolSupport", "IPv4|IPv6|IPv4,IPv6|IPv6,IPv4"},
    {"AutoReconnect", boolean},
    {"AutoReconnectBehavior", "DisconnectOnSuspend|ReconnectAfterResume"},
    {"AutoUpdate", boolean},
    {"RSASecurIDIntegration", "Automatic|SoftwareToken|HardwareToken"},
    {"WindowsLogonEnforcement", "SingleLocalLogon|SingleLogon|SingleLogonNoRemote"},
    {"WindowsVPNEstablishment", "LocalUsersOnly|AllowRemoteUsers"},
    {"LinuxLogonEnforcement", "SingleLocalLogon|SingleLogon"},
    {"LinuxVPNEstablishment", "LocalUsersOnly|AllowRemoteUsers"},
    {"AutomaticVPNPolicy", boolean},
    {"TrustedNetworkPolicy", "Disconnect|Connect|DoNothing|Pause"},
    {"UntrustedNetworkPolicy", "DoNothing|Connect"},
    {"PPPExclusion", "Automatic|Disable|Override"},
    {"EnableScripting", boolean},
    {"TerminateScriptOnNextEvent", boolean},
    {"EnablePostSBLOnConnectScript", boolean},
    {"EnableAutomaticServerSelection", boolean},
    {"RetainVpnOnLogoff", boolean},
    {"AllowManualHostInput", boolean},
    {"DisableCaptivePortalDetection", boolean},
}};

bool allows(std::string_view values, std::string_view value) {
  if (values == "#") return parse_number(value, UINT32_MAX).has_value();
  const auto allowed = split(values, '|');
  return std::ranges::find(allowed, value) != allowed.end();
}

std::vector<std::string> read_addresses(const xml::Element& list) {
  std::vector<std::string> addresses;
  for (const auto& address : list.children("HostAddress")) {
    if (auto text = address.token(); !text.empty()) addresses.push_back(std::move(text));
  }
  return addresses;
}

ProfileHost read_host(const xml::Element& entry) {
  ProfileHost host{.name = entry.child("HostName").token(),
                   .address = entry.child("HostAddress").token(),
                   .user_group = entry.child("UserGroup").token(),
                   .backup = read_addresses(entry.child("BackupServerList"))};
  if (host.address.empty()) host.address = host.name;
  if (host.name.empty()) host.name = host.address;
  if (auto protocol = entry.child("PrimaryProtocol").token(); !protocol.empty()) {
    host.primary_protocol = std::move(protocol);
  }
  return host;
}

// The document's depth is limited, and with it this recursion.
void read_settings(Profile& profile, const xml::Element& parent) {
  for (const auto& element : parent.children()) {
    if (element.name() == "BackupServerList") continue;
    profile.settings.push_back({.name = element.name(),
                                .value = element.token(),
                                .user_controllable = element.attribute("UserControllable") == "true"});
    read_settings(profile, element);
  }
}

tl::unexpected<Error> refuse(const xml::Element& element, const std::string& what) {
  return fail(ErrorKind::malformed,
              "line " + std::to_string(element.line()) + ": <" + element.name() + "> " + what);
}

Result<void> check_settings(const xml::Element& parent) {
  for (const auto& element : parent.children()) {
    const auto rule = std::ranges::find(rules, element.name(), &Rule::name);
    if (rule != rules.end() && !allows(rule->values, element.token()))
      return refuse(element, "has the value \"" + escape_for_log(element.token()) + "\", allowed is " +
                                 (rule->values == "#" ? "a number" : std::string(rule->values)));
    const auto control = element.attribute("UserControllable");
    if (control && control != "true" && control != "false")
      return refuse(element, "has a UserControllable that is neither true nor false");
    TRY(check_settings(element));
  }
  return {};
}

Result<void> check_address(const xml::Element& element, const std::string& text) {
  const auto url = Url::parse(text);
  if (!url) return refuse(element, "has an unusable address: " + url.error().text);
  return {};
}

Result<void> check_addresses(const xml::Element& list) {
  for (const auto& address : list.children("HostAddress")) TRY(check_address(address, address.token()));
  return {};
}

Result<void> check_host(const xml::Element& entry, std::set<std::string>& names) {
  const auto name = entry.child("HostName").token();
  if (name.empty()) return refuse(entry, "has no HostName");
  if (!names.insert(name).second)
    return refuse(entry, "repeats the HostName \"" + escape_for_log(name) + '"');
  const auto address = entry.child("HostAddress");
  TRY(check_address(address ? address : entry.child("HostName"), address ? address.token() : name));
  TRY(check_addresses(entry.child("BackupServerList")));
  const auto protocol = entry.child("PrimaryProtocol");
  if (protocol && protocol.token() != "SSL" && protocol.token() != "IPsec")
    return refuse(protocol, "is neither SSL nor IPsec");
  return {};
}

}  // namespace

std::string ProfileHost::url_text() const {
  if (user_group.empty()) return address;
  const auto base =
      address.ends_with('/') ? std::string_view(address).substr(0, address.size() - 1) : address;
  return std::string(base) + (user_group.starts_with('/') ? "" : "/") + user_group;
}

Result<Profile> Profile::parse(std::string_view text) {
  const auto document = TRY(xml::Document::parse(text, limits));
  const auto root = TRY(document->root(root_name));
  const auto initialization = root.child("ClientInitialization");
  Profile profile;
  for (const auto& entry : root.child("ServerList").children("HostEntry")) {
    auto host = read_host(entry);
    if (!host.address.empty()) profile.hosts.push_back(std::move(host));
  }
  for (const auto& parent : {root, initialization}) {
    if (profile.backup.empty()) profile.backup = read_addresses(parent.child("BackupServerList"));
  }
  read_settings(profile, initialization);
  return profile;
}

bool is_profile_name(std::string_view name) {
  constexpr std::string_view suffix = ".xml";
  constexpr std::size_t longest = 128;
  if (name.size() <= suffix.size() || name.size() > longest || name.starts_with('.')) return false;
  if (!equals_ignoring_case(name.substr(name.size() - suffix.size()), suffix)) return false;
  return std::ranges::all_of(name, [](char c) { return c >= ' ' && c < '\x7f' && c != '/' && c != '\\'; });
}

Result<void> check_profile(std::string_view text) {
  const auto document = TRY(xml::Document::parse(text, limits));
  const auto root = TRY(document->root(root_name));
  if (root.attribute("xmlns") != name_space)
    return refuse(root, "is not in the name space " + std::string(name_space));
  for (const std::string_view part : {"ClientInitialization", "ServerList"}) {
    if (const auto found = root.children(part); found.size() > 1) return refuse(found[1], "appears twice");
  }
  const auto initialization = root.child("ClientInitialization");
  TRY(check_settings(initialization));
  TRY(check_addresses(initialization.child("BackupServerList")));
  TRY(check_addresses(root.child("BackupServerList")));
  std::set<std::string> names;
  for (const auto& entry : root.child("ServerList").children("HostEntry")) TRY(check_host(entry, names));
  return {};
}

}  // namespace sallyport::proto
