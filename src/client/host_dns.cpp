#include "client/host_dns.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.hpp"
#include "sys/files.hpp"
#include "sys/process.hpp"
#include "sys/program.hpp"

namespace sallyport::client {

namespace {

constexpr std::size_t max_resolv_conf = 64U << 10;
constexpr std::size_t max_name_servers = 3;  // MAXNS of resolv.h

void add_names(std::vector<std::string>& names, std::string_view text) {
  for (const auto name : split(text, ' ')) {
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.emplace_back(name);
  }
}

Result<void> run(std::vector<std::string> arguments, std::string input = "") {
  const auto name = arguments.front();
  const auto status = TRY(sys::run_program({.arguments = std::move(arguments),
                                            .environment = {sys::standard_path()},
                                            .input = std::move(input),
                                            .silent = true}));
  if (status == 0) return {};
  return fail(ErrorKind::internal, "cannot set the DNS servers: " + name + ": " + sys::describe_exit(status));
}

// systemd brings a program of that name too; where resolvectl failed it would fail as well.
bool is_resolvectl(const std::string& path) {
  std::array<char, 256> target{};
  const auto size = readlink(path.c_str(), target.data(), target.size());
  return size > 0 && std::string_view(target.data(), static_cast<std::size_t>(size)).ends_with("resolvectl");
}

bool is_program(const std::string& path) {
  return access(path.c_str(), X_OK) == 0;
}

// The directive that a line of resolv.conf begins with, if it is one that we replace.
std::string_view replaced_directive(std::string_view line) {
  for (const std::string_view word : {"nameserver", "search", "domain"}) {
    if (line.starts_with(word) && line.size() > word.size() &&
        (line[word.size()] == ' ' || line[word.size()] == '\t'))
      return word;
  }
  return {};
}

}  // namespace

ResolvedDomains resolved_domains(const proto::HostSettings& settings) {
  ResolvedDomains wanted;
  add_names(wanted.domains, settings.default_domain);
  wanted.all_names = settings.split_dns.empty() || settings.tunnel_all_dns;
  for (const auto& domain : settings.split_dns) wanted.domains.push_back("~" + domain);
  if (wanted.all_names) wanted.domains.emplace_back("~.");
  return wanted;
}

std::string resolv_conf(const proto::HostSettings& settings, std::string_view marker, std::string_view old) {
  std::vector<std::string> domains;
  add_names(domains, settings.default_domain);
  std::string others;
  for (const auto line : split(old, '\n')) {
    const auto directive = replaced_directive(line);
    if (directive == "search" || directive == "domain") {
      auto names = std::string(line.substr(directive.size()));
      std::ranges::replace(names, '\t', ' ');
      add_names(domains, names);
    } else if (directive.empty() && !line.empty()) {
      others += std::string(line) + "\n";
    }
  }
  std::string text(marker);
  if (!domains.empty()) text += fmt::format("search {}\n", fmt::join(domains, " "));
  const auto servers = std::min(settings.dns.size(), max_name_servers);
  for (std::size_t i = 0; i < servers; ++i) text += "nameserver " + settings.dns[i].to_text() + "\n";
  return text + others;
}

Result<void> HostDns::set(const proto::HostSettings& settings, const std::string& interface) {
  if (settings.dns.empty()) return {};
  if (way_ == Way::unknown || way_ == Way::resolved) {
    const bool present = access(paths_.resolved_folder.c_str(), F_OK) == 0 && is_program(paths_.resolvectl);
    // It may serve another network namespace and not know our interface.
    if (present && by_resolved(settings, interface)) {
      way_ = Way::resolved;
      return {};
    }
  }
  if (way_ == Way::resolvconf || (is_program(paths_.resolvconf) && !is_resolvectl(paths_.resolvconf))) {
    way_ = Way::resolvconf;
    return by_resolvconf(settings, interface);
  }
  way_ = Way::file;
  return by_file(settings);
}

// Nothing for the journal: what belongs to an interface goes with it.
Result<void> HostDns::by_resolved(const proto::HostSettings& settings, const std::string& interface) const {
  std::vector<std::string> servers{paths_.resolvectl, "dns", interface};
  for (const auto& server : settings.dns) servers.push_back(server.to_text());
  TRY(run(std::move(servers)));
  const auto wanted = resolved_domains(settings);
  std::vector<std::string> domains{paths_.resolvectl, "domain", interface};
  domains.insert(domains.end(), wanted.domains.begin(), wanted.domains.end());
  TRY(run(std::move(domains)));
  return run({paths_.resolvectl, "default-route", interface, wanted.all_names ? "yes" : "no"});
}

Result<void> HostDns::by_resolvconf(const proto::HostSettings& settings, const std::string& interface) {
  const auto record = interface + ".sallyport";
  const ProgramToRun removal{{paths_.resolvconf, "-d", record}, {sys::standard_path()}, false};
  if (!journal_.has(removal)) TRY(journal_.add(removal));
  return run({paths_.resolvconf, "-a", record}, resolv_conf(settings, "", ""));
}

Result<void> HostDns::by_file(const proto::HostSettings& settings) {
  const auto marker = "# Written by sallyport (process " + std::to_string(getpid()) +
                      "), which puts the file back as it was when the tunnel ends.\n";
  for (const auto& entry : journal_.entries()) {
    const auto* written = std::get_if<RewrittenFile>(&entry.change);
    if (written == nullptr || written->path != paths_.resolv_conf) continue;
    return write_in_place(paths_.resolv_conf, resolv_conf(settings, marker, written->before.value_or("")));
  }
  const auto old = TRY(sys::read_file(paths_.resolv_conf, max_resolv_conf));
  RewrittenFile change{paths_.resolv_conf, marker, std::nullopt};
  if (old) change.before = std::string(as_text(old->bytes));
  const auto text = resolv_conf(settings, marker, change.before.value_or(""));
  TRY(journal_.add(std::move(change)));
  return write_in_place(paths_.resolv_conf, text);
}

}  // namespace sallyport::client
