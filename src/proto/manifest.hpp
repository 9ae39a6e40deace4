// Lists of files that the downloader compares and fetches (phase 4): VPNManifest.xml as a document, and the
// vpn-core-manifest and vpn-profile-manifest inside the login's last answer. All are <vpn rev="1.0">.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sallyport::proto {

namespace xml {
class Element;
class Writer;
}  // namespace xml

// Empty members are absent on the wire.
struct ManifestFile {
  std::string type;          // profile, exe, msi, dmg, sh, l10n …
  std::string service_type;  // of a profile: user, vpn-mgmt …
  std::string id;            // of a package: VPNCore, DART, Posture …
  std::string version;       // "4,10,07061"
  std::string is_core;       // yes or no
  std::string action;        // install
  std::string os;
  std::string module;
  std::string lang;
  std::string uri;  // absolute path, or relative to base-package-uri
  std::string hash_type;
  std::string hash;  // SHA-1, upper-case hex; clients compare it ignoring case
  std::string display_name;

  bool is_user_profile() const;

  bool operator==(const ManifestFile&) const = default;
};

struct Manifest {
  std::vector<ManifestFile> files;

  bool operator==(const Manifest&) const = default;

  static Result<Manifest> parse(std::string_view body);
  std::string serialize() const;

  // The <vpn> element inside another document; an absent one is an empty manifest.
  static Manifest read(const xml::Element& vpn);
  void write(xml::Writer& out) const;
};

// The entry by which a gateway announces its client profile.
ManifestFile profile_entry(std::string_view uri, std::string_view sha1);

// Where to fetch a file: an absolute path as it is, another below base-package-uri.
std::string download_path(std::string_view base_package_uri, std::string_view uri);

}  // namespace sallyport::proto
