// What the client changed on the machine and must take back: the entries of the journal. The interface
// itself is not among them: it goes with its last descriptor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ip.hpp"
#include "proto/codec.hpp"
#include "sys/netlink_messages.hpp"

namespace sallyport::client {

// Interfaces stand here by index, which the kernel does not give out twice as it does with names.
struct AddedAddress {
  std::uint32_t interface = 0;
  Prefix prefix;
  bool operator==(const AddedAddress&) const = default;

  static void each_field(auto&& field) {
    field("interface", &AddedAddress::interface);
    field("prefix", &AddedAddress::prefix);
  }
};

struct AddedRoute {
  Prefix prefix;
  std::optional<Address> gateway;  // absent: on the link
  std::uint32_t interface = 0;
  std::uint32_t metric = 0;
  bool operator==(const AddedRoute&) const = default;

  static void each_field(auto&& field) {
    field("prefix", &AddedRoute::prefix);
    field("gateway", &AddedRoute::gateway);
    field("interface", &AddedRoute::interface);
    field("metric", &AddedRoute::metric);
  }
};

// As the kernel is asked for it, to add it as to remove it.
sys::Route route_of(const AddedRoute& added);

// A file that was written anew. It is restored only while it begins with our marker: what somebody else has
// written since then is his.
struct RewrittenFile {
  std::string path;
  std::string marker;
  std::optional<std::string> before;  // absent: there was no file
  bool operator==(const RewrittenFile&) const = default;

  static void each_field(auto&& field) {
    field("path", &RewrittenFile::path);
    field("marker", &RewrittenFile::marker);
    field("before", &RewrittenFile::before);
  }
};

// Something that one more program takes back: resolvconf -d, or the user's script with reason=disconnect.
struct ProgramToRun {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  bool is_script = false;  // has more time, and its output is for the user
  bool operator==(const ProgramToRun&) const = default;

  static void each_field(auto&& field) {
    field("arguments", &ProgramToRun::arguments);
    field("environment", &ProgramToRun::environment);
    field("is_script", &ProgramToRun::is_script);
  }
};

using HostChange = std::variant<AddedAddress, AddedRoute, RewrittenFile, ProgramToRun>;

// What is gone already counts as taken back.
Result<void> undo(const HostChange& change);

// Writes into the file itself, whose mode, owner and mounts stay as they are; makes it if it is not there.
Result<void> write_in_place(const std::string& path, std::string_view content);

}  // namespace sallyport::client
